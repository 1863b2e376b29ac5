"""Folding: plain lower-case characters, and the way back to the original."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from script_shared.requirements.folding import fold
from tests.support.contracts import contract


def test_case_and_accents_do_not_matter():
    assert fold("Programação, INGLÊS Avançado").text == "programacao, ingles avancado"


def test_typographic_characters_become_plain_ones():
    assert fold("“C#”\u00a0– d’água\r\n").text == '"c#" - d\'agua\n\n'


def test_combining_accents_are_dropped_and_spans_lead_back_to_the_original():
    text = unicodedata.normalize("NFD", "não falo inglês")
    folded = fold(text)
    assert folded.text == "nao falo ingles"
    start, end = folded.original_span(9, 15)
    assert unicodedata.normalize("NFC", text[start:end]) == "inglês"


@contract
@given(st.text())
@example("İstanbul ß ﬁ 𝒳 \ud800")
def test_any_text_can_be_folded_and_keeps_its_length(text):
    folded = fold(text)
    if folded.positions is None:
        assert len(folded.text) == len(text)
    else:
        assert len(folded.text) == len(folded.positions) - 1 < len(text)
    assert fold(folded.text).text == folded.text


@contract
@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_composed_and_decomposed_texts_fold_alike(text):
    composed = unicodedata.normalize("NFC", text)
    assert fold(unicodedata.normalize("NFD", composed)).text == fold(composed).text
