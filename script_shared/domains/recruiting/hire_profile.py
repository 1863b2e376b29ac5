"""The 46 features of an applicant for the hire classifier, from plain values.

They follow an earlier hiring model, so that its clients may send the same columns, with these repairs:
accents are removed from the patterns as well as from the texts, so that `esc_tecnologo` and `esc_medio` can
be 1; `ti` and `bi` match whole words, no longer parts of other words, and not every analyst is
`titulo_admin`; and an unknown value is missing (NaN) rather than 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.embeddings.terms import normalise
from script_shared.types import FeatureArray

#: The columns of an applicant that are read.
PROFILE_COLUMNS = (
    "title", "body", "skills", "areas", "degree", "english", "spanish", "other_language", "certificates",
    "other_certificates", "salary", "has_email", "has_phone", "has_linkedin", "has_location", "has_objective",
    "has_corporate_email", "is_complete",
)  # fmt: skip

_FLAGS = {
    "tem_email": "has_email",
    "tem_telefone": "has_phone",
    "tem_linkedin": "has_linkedin",
    "tem_local": "has_location",
    "tem_objetivo": "has_objective",
    "email_corporativo": "has_corporate_email",
}
_LEVELS = {
    "nenhum": r"nenhum",
    "basico": r"basico",
    "intermediario": r"intermediario",
    "avancado": r"avancado|fluente",
}
_DEGREES = {
    "esc_pos": r"\bpos\b|mestrado|doutorado|mba",
    "esc_tecnologo": r"tecnolog",
    "esc_medio": r"ensino medio|ensino tecnico",
    "esc_superior_completo": r"superior completo",
    "esc_superior_incompleto": r"superior (?:incompleto|cursando)",
}
_AREAS = {"area_admin": r"administrat", "area_ti": r"\bti\b", "area_financeiro": r"financeir|controladoria"}
_TITLES = {
    "titulo_admin": r"administrat|\bassistente\b|\bauxiliar\b",
    "titulo_ti": r"\bti\b|\bdesenvolvedor|\bprogramador|\bsuporte\b|\bsistemas\b|\binfraestrutura\b",
    "titulo_dados_bi": r"\bdados\b|\bbi\b",
    "titulo_financeiro": r"financeir|contab|fiscal",
}
_CERTIFICATES = {
    "cert_mos_word": r"77-?418",
    "cert_mos_excel": r"77-?420",
    "cert_mos_outlook": r"77-?423",
    "cert_mos_powerpoint": r"77-?422",
    "cert_sap_fi": r"\bsap fi\b",
}
_CV = {
    "cv_excel_avancado": r"excel avancado",
    "cv_kpi": r"\bkpi",
    "cv_controladoria": r"controlador",
    "cv_contabil": r"contab",
    "cv_financeiro": r"financeir",
    "cv_administrativo": r"administr",
    "cv_sap": r"\bsap\b",
    "cv_protheus": r"protheus",
    "cv_navision": r"navision",
}
_LONG_CV = 1_500


def compute_profile(applicant: Mapping[str, Any]) -> FeatureArray:
    """Return the features of an applicant, in the order of `HIRE_FEATURES`; NaN where unknown.

    Args:
        applicant: values by column of `PROFILE_COLUMNS`; a column that is missing is unknown. In a partial
            record (`is_complete` false) an empty field is unknown.
    """
    is_partial = not applicant.get("is_complete")
    empty = math.nan if is_partial else 0.0
    values = {name: _flag(applicant.get(column)) for name, column in _FLAGS.items()}
    salary = applicant.get("salary")
    values["salario_valor"] = float(salary) if salary else math.nan
    values |= _match_levels("ingl", applicant.get("english"))
    values |= _match_levels("esp", applicant.get("spanish"))
    other = _text(applicant, "other_language")
    values["outro_idioma_presente"] = _unless(is_partial and not other, len(other) > 1)
    for patterns, columns in (
        (_DEGREES, ("degree",)),
        (_AREAS, ("areas",)),
        (_TITLES, ("title",)),
        (_CERTIFICATES, ("certificates", "other_certificates")),
        (_CV, ("body", "skills")),
    ):
        text = " ".join(_text(applicant, column) for column in columns).strip()
        values |= _match(patterns, text) if text else dict.fromkeys(patterns, empty)
    certificates = _text(applicant, "certificates") + _text(applicant, "other_certificates")
    values["has_cert"] = _unless(is_partial and not certificates, bool(certificates))
    body = _text(applicant, "body")
    values["cv_tamanho_maior_1500"] = _unless(is_partial and not body, len(body) > _LONG_CV)
    return np.array([values[name] for name in HIRE_FEATURES], np.float32)


def _text(applicant: Mapping[str, Any], column: str) -> str:
    value = applicant.get(column)
    return normalise(str(value)) if value else ""


def _flag(value: Any) -> float:
    return math.nan if value is None else float(bool(value))


def _unless(is_unknown: bool, value: bool) -> float:
    return math.nan if is_unknown else float(value)


def _match(patterns: Mapping[str, str], text: str) -> dict[str, float]:
    return {name: float(re.search(pattern, text) is not None) for name, pattern in patterns.items()}


def _match_levels(prefix: str, value: Any) -> dict[str, float]:
    """Return one flag a level; all are unknown for an empty value, and `outro` is any other text."""
    text = normalise(str(value or ""))
    if not text:
        return {f"{prefix}_{name}": math.nan for name in (*_LEVELS, "outro")}
    found = _match(_LEVELS, text)
    found["outro"] = float(not any(found.values()))
    return {f"{prefix}_{name}": is_found for name, is_found in found.items()}
