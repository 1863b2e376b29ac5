"""Requirements of a text: optional ones, alternatives, levels of languages, structured fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.requirements.levels import LANGUAGE_LEVELS
from script_shared.requirements.requirement import LANGUAGE, LEVEL, Requirement
from tests.support.contracts import contract
from tests.support.data.skills import make_explainer


def read(text, structured=()):
    return make_explainer().read_requirements(text, structured)


def names(text):
    """Return the names of the required and of the optional requirements."""
    items = read(text).items
    required = [item.name for item in items if not item.is_optional]
    return required, [item.name for item in items if item.is_optional]


def test_every_skill_of_a_list_is_required():
    assert names("Conhecimento em Java, Python e AWS") == (["Java", "Python", "AWS"], [])


@pytest.mark.parametrize(
    ("text", "required", "optional"),
    [
        ("Java. Desejável Angular", ["Java"], ["Angular"]),
        ("Conhecimento em Java, desejável Angular e React", ["Java"], ["Angular", "React"]),
        ("Inglês, espanhol desejável", ["English"], ["Spanish"]),
        ("Java, Docker (desejável)", ["Java"], ["Docker"]),
        ("Java, Docker (mandatório), desejável AWS", ["Java", "Docker"], ["AWS"]),
        ("Conhecimento em AWS e Docker será um diferencial", [], ["AWS", "Docker"]),
        ("Python is a plus", [], ["Python"]),
        ("Java is required, Kotlin is preferred", ["Java"], ["Kotlin"]),
        ("Desejável: Angular", [], ["Angular"]),
        ("Nice to have: AWS; Java", ["Java"], ["AWS"]),
        ("Java obrigatório, Angular desejável", ["Java"], ["Angular"]),
    ],
)
def test_words_make_a_requirement_optional(text, required, optional):
    assert names(text) == (required, optional)


def test_a_heading_makes_all_below_it_optional_until_the_next():
    text = """Requisitos:
- Java
Conhecimentos desejáveis:
• AWS
• Docker

Atividades
Desenvolver em Python
"""
    assert names(text) == (["Java", "Python"], ["AWS", "Docker"])


def test_a_requirement_that_is_optional_once_and_required_once_is_required():
    assert names("Desejável Java\nDesenvolver em Java") == (["Java"], [])


def test_what_is_dispensed_is_no_requirement():
    assert names("Não é necessário inglês. Java") == (["Java"], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Java ou Kotlin", ["Java or Kotlin"]),
        ("Java, Kotlin ou Python", ["Java or Kotlin or Python"]),
        ("AWS or Azure", ["AWS or Azure"]),
        ("React e Angular", ["React", "Angular"]),
        ("Docker, AWS ou Azure", ["Docker", "AWS or Azure"]),
        ("AWS ou Azure, Docker", ["AWS or Azure", "Docker"]),
        ("Java e/ou Kotlin", ["Java or Kotlin"]),
    ],
)
def test_alternatives_are_one_requirement(text, expected):
    assert names(text)[0] == expected


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Inglês avançado", "Avançado"),
        ("Advanced English", "Avançado"),
        ("English (B2 - Advanced)", "Avançado"),
        ("inglês nível intermediário/avançado", "Avançado"),
        ("fluent in English", "Fluente"),
        ("inglês e espanhol fluentes", "Fluente"),
        ("espanhol básico, inglês", None),
        ("inglês, Excel avançado", "Avançado"),
        ("inglês; Excel avançado", None),
    ],
)
def test_level_of_a_language_is_beside_it(text, level):
    [english] = [item for item in read(text).items if item.name == "English"]
    assert english.kind == LANGUAGE
    assert (english.level and english.level.label) == level


def test_the_highest_level_of_field_and_text_is_needed():
    basic = Requirement(LANGUAGE, ("English",), level=LANGUAGE_LEVELS.parse("Básico"))
    degree = Requirement(LEVEL, ("Degree",), level=LANGUAGE_LEVELS.level(1))
    english, other = read("Necessário inglês fluente", [basic, degree]).items
    assert english.level.label == "Fluente"
    assert english.phrase == "Necessário inglês fluente"
    assert other == degree
    assert read("inglês", [basic]).items[0].level.label == "Básico"


def test_phrases_without_a_known_skill_are_listed_apart():
    requirements = read("Boa comunicação com o time;\nJava\nRequisitos:\n")
    assert requirements.unrecognised == ("Boa comunicação com o time",)


def test_a_requirement_has_its_place_and_its_phrase():
    text = "Vaga\n• Experiência em Contas a Pagar; Java"
    requirement, _ = read(text).items
    assert text[requirement.start : requirement.end] == "Contas a Pagar"
    assert requirement.phrase == "Experiência em Contas a Pagar"


PARTS = st.sampled_from(
    [
        "Java",
        "Kotlin",
        "inglês",
        "avançado",
        "desejável",
        "obrigatório",
        " ou ",
        ", ",
        "\n",
        ":",
        "(",
        ")",
        ". ",
        "; ",
        " e ",
    ]
)


@contract
@given(st.lists(PARTS, max_size=30).map(" ".join) | st.text())
def test_any_text_has_distinct_requirements_within_it(text):
    items = read(text).items
    assert len({item.key for item in items}) == len(items)
    assert all(0 <= item.start < item.end <= len(text) for item in items)
    assert all(0 < len(item.phrase) <= 160 for item in items)
