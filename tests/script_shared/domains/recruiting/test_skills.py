"""The vocabulary of recruiting, and the requirements and profiles that are read with it."""

import re
from collections import Counter

import pytest

from script_shared.domains.recruiting.requirements import open_explainer, read_applicant, read_opening


@pytest.fixture(scope="module")
def vocabulary():
    return open_explainer().vocabulary


def find_names(text):
    explainer = open_explainer()
    return [explainer.vocabulary.skills[mention.skill].name for mention in explainer.find_mentions(text)]


def test_vocabulary_has_between_400_and_1500_skills_in_several_groups(vocabulary):
    groups = Counter(skill.group for skill in vocabulary.skills)
    assert 400 <= len(vocabulary.skills) <= 1_500
    assert {"software", "data", "infrastructure", "sap", "business", "language"} <= groups.keys()


def test_no_skill_has_one_letter_unless_it_is_ambiguous(vocabulary):
    short = {term for skill in vocabulary.skills for term in skill.terms if len(term) == 1}
    assert short == set()


def test_terms_are_names_and_no_sentences(vocabulary):
    terms = [term for skill in vocabulary.skills for term in (*skill.terms, *skill.ambiguous_terms)]
    assert max(len(term.split()) for term in terms) <= 8
    assert not [term for term in terms if "@" in term or re.search(r"\d{6}", term)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SAP S/4HANA, s4 hana e S/4 Hana", ["SAP S/4HANA"] * 3),
        ("ReactJS / React.js / react", ["React"] * 3),
        ("C#, .NET Core e ASP.NET MVC", ["C#", ".NET Core", "ASP.NET"]),
        ("SAP FI/CO", ["SAP FI", "SAP CO"]),
        ("módulos SAP MM, SD e WM", ["SAP", "SAP MM", "SAP SD", "SAP WM"][1:]),
        ("pacote office e excel avançado", ["Pacote Office", "Excel avançado"]),
        ("contas a pagar e a receber", ["Contas a pagar", "Contas a receber"][:1]),
        ("banco de dados Oracle, PL/SQL", ["Oracle", "PL/SQL"]),
        ("CI/CD com Jenkins", ["CI/CD", "Jenkins"]),
    ],
)
def test_usual_spellings_are_found(text, names):
    found = find_names(text)
    assert [name for name in found if name in names] == names


@pytest.mark.parametrize(
    "text",
    [
        "horário comercial, vale transporte e plano de saúde",
        "contrato de 6 meses, início imediato, das 9h às 18h",
        "boa comunicação, proatividade e solid background",
        "on a daily basis, in progress, go to market",
        "o projeto fica em São Paulo e o profissional tem direito a férias",
        "atividade administrativa ao longo do ano",
    ],
)
def test_ordinary_words_are_no_skills(text):
    assert find_names(text) == []


OPENING = {
    "title": "Desenvolvedor Java Sênior",
    "skills": "Java e Spring Boot. Desejável Angular",
    "body": "Java e Spring Boot. Desejável Angular",
    "english": "Avançado",
    "spanish": "Nenhum",
    "level": "Analista",
    "degree": "Ensino Superior Completo",
}
CV = "experiência com java e angular em projetos de empresas de tecnologia. " * 5


def assess(applicant, opening=OPENING):
    results = open_explainer().assess(read_opening(opening), read_applicant(applicant)).results
    return {result.requirement.name: result.status for result in results}


def test_requirements_are_of_fields_and_of_texts_and_none_repeats():
    items = read_opening(OPENING).items
    assert [(item.name, item.is_optional) for item in items] == [
        ("English", False),
        ("Seniority", False),
        ("Degree", False),
        ("Java", False),
        ("Spring Boot", False),
        ("Angular", True),
    ]


def test_the_title_names_the_seniority_where_the_field_does_not():
    [seniority] = [item for item in read_opening(OPENING).items if item.name == "Seniority"]
    assert seniority.level.label == "Sênior"


def test_results_are_met_missing_or_unknown():
    applicant = {"title": "Analista Pleno", "body": CV, "english": "Fluente"}
    assert assess(applicant) == {
        "English": "met",
        "Seniority": "missing",
        "Degree": "unknown",
        "Java": "met",
        "Spring Boot": "missing",
        "Angular": "met",
    }


def test_without_cv_nothing_of_the_texts_is_missing():
    assert assess({"title": "Desenvolvedor Java"}) == {
        "English": "unknown",
        "Seniority": "unknown",
        "Degree": "unknown",
        "Java": "met",
        "Spring Boot": "unknown",
        "Angular": "unknown",
    }
    assert set(assess({}).values()) == {"unknown"}


@pytest.mark.parametrize(
    ("degree", "expected"),
    [
        ("Pós Graduação Completo", "met"),
        ("ensino superior completo", "met"),
        ("Ensino Superior Cursando", "missing"),
        ("Ensino Médio Completo", "missing"),
        ("Pós-Graduação Cursando", "met"),
        (None, "unknown"),
    ],
)
def test_degrees_are_ordered(degree, expected):
    assert assess({"degree": degree})["Degree"] == expected


def test_other_languages_have_levels():
    opening = {"other_language": "Francês - Intermediário"}
    assert assess({"other_language": "Francês - Fluente"}, opening) == {"French": "met"}
    assert assess({"other_language": "Francês - Básico"}, opening) == {"French": "missing"}
    assert assess({}, opening) == {"French": "unknown"}


def test_who_writes_portuguese_speaks_it():
    opening = {"body": "Fluent Portuguese"}
    assert assess({"body": CV}, opening) == {"Portuguese": "met"}
    assert assess({"body": "worked with java at a large company, years of experience. " * 5}, opening) == {
        "Portuguese": "missing"
    }
