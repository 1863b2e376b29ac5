"""The language of generated sentences."""

from itertools import product

import pytest

from script_shared.drift.texts.language import count_languages, find_language
from script_shared.drift.texts.stop_words import STOP_WORDS
from script_shared.drift.texts.tokens import find_words
from tests.support.data.sentences import PARTS


@pytest.mark.parametrize(
    ("code", "expected"),
    [("pt", "pt"), ("en", "en"), ("es", "other"), ("fr", "other"), ("de", "other"), ("it", "other")],
)
def test_language_of_every_generated_sentence_is_found(code, expected):
    sentences = [" ".join(parts) for parts in product(*PARTS[code])]
    wrong = [text for text in sentences if find_language(find_words(text)) != expected]
    assert len(sentences) >= 80
    assert wrong == []


def test_accents_and_capitals_do_not_matter():
    assert find_language(find_words("NÃO HÁ VAGAS PARA VOCÊ")) == "pt"
    assert find_language(find_words("nao ha vagas para voce")) == "pt"


@pytest.mark.parametrize("text", ["", "SAP MM S4HANA Oracle", "12345", "Привет, мир"])
def test_a_text_without_function_words_is_other(text):
    assert find_language(find_words(text)) == "other"


def test_a_tie_goes_to_portuguese():
    """The word "de" is Portuguese, Spanish and French."""
    assert find_language(find_words("Analista de Sistemas")) == "pt"


def test_languages_are_counted():
    texts = ["the cat is on the table", "o gato não está na mesa", "SAP"]
    assert count_languages(map(find_words, texts)) == {"pt": 1, "en": 1, "other": 1}


def test_function_words_are_words_as_they_are_found_in_texts():
    for words in STOP_WORDS.values():
        assert {word for word in words if find_words(word) != [word]} == set()
