"""Splits texts into terms: words, and character n-grams of words."""

from __future__ import annotations

import re
from functools import cache
from unicodedata import combining, normalize

#: Lengths of character n-grams: the shortest and the longest.
SHORTEST, LONGEST = 3, 5

_WORD = re.compile(r"\w\w+")
_BLANKS = str.maketrans({chr(code): " " for code in range(128) if not re.match(r"\w", chr(code))})


def normalise(text: str) -> str:
    """Return a text in lower case without accents, as scikit-learn's `strip_accents` does."""
    text = text.lower()
    if text.isascii():
        return text
    # One replacement a distinct letter takes a third of the time of a loop over all letters.
    for letter in set(text):
        if letter > "\x7f" and (base := _base_letter(letter)) != letter:
            text = text.replace(letter, base)
    return text


@cache
def _base_letter(letter: str) -> str:
    return "".join(part for part in normalize("NFKD", letter) if not combining(part))


def has_words(text: str) -> bool:
    """Return whether a normalised text contains a word."""
    return _WORD.search(text) is not None


def find_words(text: str) -> list[str]:
    """Return the words of a normalised text: two or more letters, digits or underscores."""
    if not text.isascii():
        return _WORD.findall(text)
    # Half the time of the regular expression.
    return [word for word in text.translate(_BLANKS).split() if len(word) > 1]


def find_character_ngrams(text: str) -> list[str]:
    """Return the character n-grams of a normalised text, as scikit-learn's analyzer `char_wb` does."""
    return [ngram for token in text.split() for ngram in split_token(token)]


def split_token(token: str) -> list[str]:
    """Return the n-grams of a token between blanks; a token that is shorter than n is one n-gram."""
    padded = f" {token} "
    ngrams = []
    for length in range(SHORTEST, LONGEST + 1):
        ngrams += [padded[start : start + length] for start in range(max(1, len(padded) - length + 1))]
        if length >= len(padded):
            break
    return ngrams
