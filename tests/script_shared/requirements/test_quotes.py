"""Quotes: the line of a term, short, and without contact data."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.requirements.quotes import LENGTH, is_contact, mask_contacts, quote
from tests.support.contracts import contract


def quote_term(text, term="java"):
    start = text.index(term)
    return quote(text, start, start + len(term))


def test_quote_is_the_line_or_the_sentence_of_the_term():
    assert quote_term("resumo\n- dez anos de java na web\nformação") == "dez anos de java na web"
    assert quote_term("Python há um ano. Uso java. Inglês.") == "Uso java"


def test_blanks_and_control_characters_are_cleaned():
    assert quote_term("uso   java\t\x02e spring") == "uso java e spring"


def test_a_long_line_is_cut_at_words_around_the_term():
    text = f"{'antes ' * 50}java{' depois' * 50}"
    found = quote_term(text)
    assert len(found) <= LENGTH
    assert re.fullmatch(r"… (antes )+java( depois)+ …", found)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ana.souza@exemplo.com.br", "[e-mail]"),
        ("(11) 98765-4321", "[phone]"),
        ("11 98765 4321", "[phone]"),
        ("+55 11 98765-4321", "[phone]"),
        ("98765-4321", "[phone]"),
        ("123.456.789-09", "[number]"),
        ("https://exemplo.com/ana", "[link]"),
        ("linkedin.com/in/ana-souza", "[link]"),
        ("2019 - 2021", "2019 - 2021"),
        ("2019-2021", "2019-2021"),
        ("node.js e asp.net", "node.js e asp.net"),
        ("R$ 12.000,00", "R$ 12.000,00"),
    ],
)
def test_contact_data_is_masked(text, masked):
    assert mask_contacts(f"a {text} b") == f"a {masked} b"


def test_a_term_within_an_address_is_recognised():
    text = "contato: java.dev@exemplo.com, java"
    assert is_contact(text, 9, 13)
    assert not is_contact(text, 31, 35)


@contract
@given(st.text(), st.text(), st.sampled_from(["java", "c#", "contas a pagar"]))
def test_quote_contains_the_term_and_is_short(before, after, term):
    text = f"{before} {term} {after}"
    found = quote(text, len(before) + 1, len(before) + 1 + len(term))
    assert term in found
    assert len(found) <= LENGTH
    assert "\n" not in found
