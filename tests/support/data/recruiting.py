"""Small generated files for the source `decision`: four areas, in each of which openings find applicants."""

import json
import random
from datetime import date, timedelta

AREAS = {
    "sap": ("Consultor SAP MM", "sap mm abap hana pedidos", "São Paulo", "São Paulo"),
    "java": ("Desenvolvedor Java", "java spring jpa microsserviços", "Campinas", "São Paulo"),
    "dados": ("Engenheiro de Dados", "python spark sql airflow", "Recife", "Pernambuco"),
    "infra": ("Analista de Infraestrutura", "linux redes azure backup", "Curitiba", "Paraná"),
}
LEVELS = ("Júnior", "Pleno", "Sênior")
LANGUAGE_LEVELS = ("Nenhum", "Básico", "Avançado", "Fluente")
CONTRACTS = ("CLT Full", "PJ/Autônomo")
STATUSES = ("Prospect", "Prospect", "Não Aprovado pelo Cliente", "Contratado pela Decision")
FIRST_DAY = date(2024, 1, 1)
DAYS, OPENINGS, APPLICANTS, APPLICATIONS_AN_OPENING = 300, 80, 200, 5


def write_decision_files(folder, seed=1):
    """Write prospects.json, vagas.json and applicants.json; return the folder.

    Opening 100 + n and applicant 1000 + n are of the area n % 4; nine of ten applications stay in the area.
    """
    draw = random.Random(seed)  # noqa: S311
    folder.mkdir(parents=True, exist_ok=True)
    openings = {str(100 + n): _opening(draw, n) for n in range(OPENINGS)}
    applicants = {str(1000 + n): _applicant(draw, n) for n in range(APPLICANTS)}
    prospects = {str(100 + n): _prospects(draw, n) for n in range(OPENINGS)}
    files = {"vagas": openings, "applicants": applicants, "prospects": prospects}
    for name, records in files.items():
        (folder / f"{name}.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    return folder


def _area(number):
    return list(AREAS.values())[number % len(AREAS)]


def _day(number):
    return (FIRST_DAY + timedelta(days=number)).strftime("%d-%m-%Y")


def _opening(draw, number):
    title, skills, city, state = _area(number)
    return {
        "informacoes_basicas": {
            "titulo_vaga": f"{title} {draw.choice(LEVELS)}",
            "data_requisicao": _day(number * DAYS // OPENINGS),
            "cliente": f"Cliente {number % 7}",
            "tipo_contratacao": draw.choice(CONTRACTS),
            "vaga_sap": "Sim" if number % 4 == 0 else "Não",
        },
        "perfil_vaga": {
            "cidade": city,
            "estado": state,
            "nivel profissional": draw.choice(LEVELS),
            "nivel_ingles": draw.choice(LANGUAGE_LEVELS),
            "vaga_especifica_para_pcd": "Sim" if number % 20 == 0 else "Não",
            "areas_atuacao": "TI - ",
            "principais_atividades": f"Atuar com {skills}",
            "competencia_tecnicas_e_comportamentais": f"Conhecimentos em {skills}",
        },
    }


def _applicant(draw, number):
    title, skills, city, _ = _area(number)
    return {
        "infos_basicas": {
            "objetivo_profissional": title,
            "data_criacao": f"{_day(number * DAYS // APPLICANTS)} 10:00:00",
            "local": city,
            "nome": f"Pessoa Secreta {number}",
            "email": f"secreta{number}@example.com",
            "telefone": "11 5555-0000",
        },
        "informacoes_pessoais": {"nome": f"Pessoa Secreta {number}", "sexo": "Feminino"},
        "informacoes_profissionais": {"conhecimentos_tecnicos": skills, "area_atuacao": "TI"},
        "formacao_e_idiomas": {"nivel_ingles": draw.choice(LANGUAGE_LEVELS), "nivel_academico": "Superior"},
        "cv_pt": f"curriculo com experiência em {skills}, também {draw.choice(skills.split())}",
    }


def _prospects(draw, number):
    first = number * DAYS // OPENINGS
    pool = [n for n in range(APPLICANTS) if n * DAYS // APPLICANTS <= first] or [0, 1, 2, 3]
    fitting = [n for n in pool if n % 4 == number % 4] or pool
    chosen = {draw.choice(fitting if draw.random() < 0.9 else pool) for _ in range(APPLICATIONS_AN_OPENING)}
    return {
        "titulo": "",
        "modalidade": "",
        "prospects": [_application(draw, n, first) for n in sorted(chosen)],
    }


def _application(draw, applicant, first):
    status, day = draw.choice(STATUSES), first + draw.randrange(20)
    return {
        "nome": f"Pessoa Secreta {applicant}",
        "codigo": str(1000 + applicant),
        "situacao_candidado": status,
        "data_candidatura": _day(day),
        "ultima_atualizacao": _day(day + 8),
        "comentario": "comentário secreto",
        "recrutador": f"R{applicant % 5}",
    }
