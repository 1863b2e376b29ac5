"""Small files for the source `decision`: records as the firm's export has them."""

import json

#: The misspelled name of the field with the date of an opening.
REQUESTED = "data_requi" + "cisao"


def opening(title="Analista SAP FI", **fields):
    """Return a record of `vagas.json`; `fields` replace values by the name of the field."""
    record = {
        "informacoes_basicas": {
            REQUESTED: "04-05-2021",
            "limite_esperado_para_contratacao": "00-00-0000",
            "titulo_vaga": title,
            "vaga_sap": "Não",
            "cliente": "Cliente Exemplo",
            "analista_responsavel": "A1",
            "tipo_contratacao": "PJ/Autônomo, CLT Full",
            "objetivo_vaga": "Contratação",
            "prioridade_vaga": "Alta: Alta complexidade 3 a 5 dias",
            "origem_vaga": "Nova Posição",
            "nome": "Pessoa Que Não Se Lê",
        },
        "perfil_vaga": {
            "pais": "Brasil",
            "estado": "São Paulo",
            "cidade": "Campinas",
            "vaga_especifica_para_pcd": "Não",
            "faixa_etaria": "De: 20 Até: 30",
            "nivel profissional": "Sênior",
            "nivel_academico": "Ensino Superior Completo",
            "nivel_ingles": "Avançado",
            "nivel_espanhol": "Nenhum",
            "outro_idioma": "",
            "areas_atuacao": "TI - Projetos-",
            "principais_atividades": "Implantar módulos e apoiar os usuários.",
            "competencia_tecnicas_e_comportamentais": "Experiência com SAP FI.",
            "demais_observacoes": "nota que não se lê",
        },
        "beneficios": {"valor_venda": "120,00 -", "valor_compra_1": "R$ 90"},
    }
    return _replace(record, fields)


def applicant(title="Consultor SAP", **fields):
    """Return a whole record of `applicants.json`; `fields` replace values by the name of the field."""
    record = {
        "infos_basicas": {
            "telefone_recado": "",
            "telefone": "(11) 90000-0000",
            "objetivo_profissional": "Trabalhar com SAP",
            "data_criacao": "10-11-2020 07:29:49",
            "email": "pessoa@gmail.com",
            "local": "Campinas, São Paulo",
            "codigo_profissional": "31000",
            "nome": "Pessoa Que Não Se Lê",
        },
        "informacoes_pessoais": {
            "email": "pessoa@gmail.com",
            "telefone_celular": "(11) 90000-0000",
            "sexo": "Feminino",
            "pcd": "Não",
            "url_linkedin": "",
        },
        "informacoes_profissionais": {
            "titulo_profissional": title,
            "area_atuacao": "TI - SAP, Administrativa",
            "conhecimentos_tecnicos": "SAP FI, Excel",
            "certificacoes": "SAP FI",
            "outras_certificacoes": "",
            "remuneracao": "R$ 12.000,00",
            "nivel_profissional": "Sênior",
        },
        "formacao_e_idiomas": {
            "nivel_academico": "Ensino Superior Completo",
            "nivel_ingles": "Fluente",
            "nivel_espanhol": "Básico",
            "outro_idioma": "-",
        },
        "cargo_atual": {},
        "cv_pt": "dez anos de experiência com sap fi e excel avançado.",
        "cv_en": "",
    }
    return _replace(record, fields)


def partial(**fields):
    """Return a record of `applicants.json` of which only few fields are known; all others are empty."""
    record = applicant(title="")
    emptied = {name: "" for part in record.values() if isinstance(part, dict) for name in part}
    return _replace(record, emptied | {"cv_pt": ""} | fields) | {"informacoes_pessoais": {}}


def application(code, **fields):
    """Return an entry of the list `prospects`; `fields` replace values by the name of the field."""
    return {
        "nome": "Pessoa Que Não Se Lê",
        "codigo": code,
        "situacao_candidado": "Prospect",
        "data_candidatura": "12-05-2021",
        "ultima_atualizacao": "13-05-2021",
        "comentario": "comentário que não se lê",
        "recrutador": "R1",
    } | fields


def prospects(*applications, title="Analista SAP FI", contract=""):
    """Return a record of `prospects.json`."""
    return {"titulo": title, "modalidade": contract, "prospects": list(applications)}


def _replace(record, fields):
    for name, value in fields.items():
        parts = [part for part in record.values() if isinstance(part, dict) and name in part]
        for part in parts or [record]:
            part[name] = value
    return record


def write_decision(folder, *, vagas=None, prospects=None, applicants=None):
    """Write the files that are given; return the folder."""
    files = {"vagas": vagas, "prospects": prospects, "applicants": applicants}
    for name, records in files.items():
        if records is not None:
            text = json.dumps(records, ensure_ascii=False, indent=1)
            (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder
