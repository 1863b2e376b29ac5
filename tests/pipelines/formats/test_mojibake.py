import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.mojibake import repair_mojibake, repair_text
from tests.support.data.fuzzing import fuzz_settings

UNDEFINED = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
WORDS = [
    *("São Paulo", "ação", "Á", "à noite", "às", "É", "Índia", "coração", "INFORMAÇÕES", "HISTÓRIA", "VOCÊ"),
    *("nº 1ª", "“aspas”", "a — b", "• item", "Müller", "señor", "útil", "Não", "pingüim", "100 €", "Ímã"),
]


def garble(text):
    """Return a text whose UTF-8 bytes were read as Windows-1252."""
    return "".join(
        bytes([byte]).decode("latin-1" if byte in UNDEFINED else "cp1252") for byte in text.encode()
    )


@pytest.mark.parametrize("text", WORDS)
def test_garbled_words_are_repaired(text):
    assert repair_text(garble(text)) == text
    assert repair_text(f"antes {garble(text)} depois") == f"antes {text} depois"


@pytest.mark.parametrize(
    "text", [*WORDS, "MAÇÃ", "MANHÃ\u00a0DE SOL", "MANHÃ—TARDE", "“IRMÃ”", "FÃ…", "ÂNCORA", "Â", "â", "café"]
)
def test_valid_text_stays(text):
    assert repair_text(text) == text


def test_repaired_part_leaves_the_rest():
    assert repair_text("coração e coraÃ§Ã£o") == "coração e coração"


LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzáàâãçéêíóôõúü ABCDEÇÉ,.;-\n")


@fuzz_settings(300)
@given(st.text(LETTERS, max_size=40).filter(lambda text: not re.search("[A-ZÇÉ]à", text)))
def test_portuguese_text_is_restored(text):
    assert repair_text(text) == text
    assert repair_text(garble(text)) == text


def test_changed_texts_are_counted():
    texts = pl.Series(["a", None, garble("São"), "São", ""])
    repaired, changed = repair_mojibake(texts)
    assert repaired.to_list() == ["a", None, "São", "São", ""]
    assert changed == 1


def test_column_without_such_text_stays():
    texts = pl.Series(["a", None], dtype=pl.String)
    repaired, changed = repair_mojibake(texts)
    assert (repaired.to_list(), changed) == (["a", None], 0)
