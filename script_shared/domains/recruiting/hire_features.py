"""The features of the hire classifier, in the order of the service's contract."""

from __future__ import annotations

_LANGUAGE_LEVELS = ("nenhum", "basico", "intermediario", "avancado", "outro")

#: Names of the columns of an applicant's features; all are 0 or 1, but for `salario_valor` in R$ a month.
HIRE_FEATURES = (
    "tem_email",
    "tem_telefone",
    "tem_linkedin",
    "tem_local",
    "tem_objetivo",
    "email_corporativo",
    "salario_valor",
    *(f"ingl_{level}" for level in _LANGUAGE_LEVELS),
    *(f"esp_{level}" for level in _LANGUAGE_LEVELS),
    "outro_idioma_presente",
    "esc_pos",
    "esc_tecnologo",
    "esc_medio",
    "esc_superior_completo",
    "esc_superior_incompleto",
    "area_admin",
    "area_ti",
    "area_financeiro",
    "titulo_admin",
    "titulo_ti",
    "titulo_dados_bi",
    "titulo_financeiro",
    "cert_mos_word",
    "cert_mos_excel",
    "cert_mos_outlook",
    "cert_mos_powerpoint",
    "cert_sap_fi",
    "has_cert",
    "cv_excel_avancado",
    "cv_kpi",
    "cv_controladoria",
    "cv_contabil",
    "cv_financeiro",
    "cv_administrativo",
    "cv_sap",
    "cv_protheus",
    "cv_navision",
    "cv_tamanho_maior_1500",
)
