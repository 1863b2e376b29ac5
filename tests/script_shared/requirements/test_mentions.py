"""Mentions of skills: whole words, the longest term, ambiguous terms, negation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.contracts import contract
from tests.support.data.skills import find_names, make_explainer


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("JAVA e Python", ["Java", "Python"]),
        ("administrativo, javanês, pythonista", []),
        ("área de TI", ["TI"]),
        ("react.js, ReactJS, React JS, react-js", ["React", "React", "React", "React"]),
        ("C#, C++ e .NET", ["C#", "C++", ".NET"]),
        ("asp.net", []),
        ("JavaScript não é Java Script", ["JavaScript", "JavaScript"]),
        ("contas a\npagar", ["Contas a pagar"]),
        ("notas fiscais e nota fiscal", ["Nota fiscal", "Nota fiscal"]),
        ("docker compose, docker", ["Docker Compose", "Docker"]),
        ("FI/CO", ["SAP FI", "SAP CO"]),
        ("java. 17 anos", ["Java"]),
    ],
)
def test_terms_are_found_as_whole_words(text, names):
    assert find_names(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Python, Go e Java", ["Python", "Go", "Java"]),
        ("we go with Java", ["Java"]),
        ("ready to go", []),
        ("Python; o go live foi em maio", ["Python"]),
        ("SAP: módulos MM, SD e FI", ["SAP", "SAP MM", "SAP SD", "SAP FI"]),
        ("10 mm de chuva, cd e sd", []),
        ("consultor sap; atuou no módulo sd", ["SAP", "SAP SD"]),
        ("plano C, Java", ["C", "Java"]),
        ("plano C", []),
    ],
)
def test_an_ambiguous_term_counts_beside_another_of_its_group(text, names):
    assert find_names(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Sem experiência em Java",
        "sem nenhuma experiência com java ou kotlin",
        "Não possuo conhecimento em Java.",
        "não tenho experiência profissional em Kotlin e Java",
        "nunca trabalhei com Java",
        "No experience with Java",
        "I have no knowledge of Java",
        "not familiar with Java",
        "interesse em aprender Java",
        "Java: não",
        "Java - nenhum",
        "sem experiência em\nJava",
    ],
)
def test_a_denied_skill_is_negated(text):
    mentions = make_explainer().find_mentions(text)
    assert mentions
    assert all(mention.is_negated for mention in mentions)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sem experiência em Java, mas trabalho com Python", ["Python"]),
        ("Sem experiência em Java. Python avançado", ["Python"]),
        ("não possuo Java, possuo Python", ["Python"]),
        ("vontade de aprender, experiência em Java", ["Java"]),
        ("criou usuários no domínio Java", ["Java"]),
        ("sem experiência em vendas\nJava", ["Java"]),
        ("Java: não só na faculdade", ["Java"]),
    ],
)
def test_a_negation_ends_with_its_clause(text, names):
    assert find_names(text) == names


def test_spans_lead_to_the_term_in_the_original_text():
    text = "Experiência: Contas à Pagar"
    [mention] = make_explainer().find_mentions(text)
    assert text[mention.start : mention.end] == "Contas à Pagar"


WORDS = st.sampled_from(
    [
        "java",
        "c#",
        "react.js",
        "go",
        "sap",
        "mm",
        "sem experiência em",
        "não",
        "ção",
        "\n",
        ". ",
        ", ",
        "(",
        "x",
    ]
)


@contract
@given(st.lists(WORDS).map(" ".join) | st.text())
def test_any_text_has_mentions_in_order_within_it(text):
    mentions = make_explainer().find_mentions(text)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in mentions)
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)


@contract
@given(st.lists(WORDS).map(" ".join))
def test_case_does_not_matter(text):
    assert find_names(text.upper()) == find_names(text)
