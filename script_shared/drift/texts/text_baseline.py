"""Baselines of text columns: lengths, languages and document frequencies of terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

import numpy as np

from script_shared.drift.features import NumericFeature
from script_shared.drift.texts.language import count_languages
from script_shared.drift.texts.stop_words import STOP_WORDS
from script_shared.drift.texts.tokens import find_words
from script_shared.types import FloatArray

MAX_TERMS = 2_000
#: A term of fewer texts is neither stored nor reported: it may be a person's name.
MIN_TEXTS = 5
_STOP_WORDS = frozenset(chain.from_iterable(STOP_WORDS.values()))


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """The baseline of a text column; empty texts count as missing.

    Attributes:
        length: number of words of each text.
        languages: number of texts by language.
        documents: number of texts that are not missing.
        terms: number of texts that contain a term, for the `MAX_TERMS` most frequent of those that at least
            `MIN_TEXTS` contain; function words and numbers are no terms.
        omitted: the highest number of texts that contain a term which is not listed.
    """

    length: NumericFeature
    languages: Mapping[str, int]
    documents: int
    terms: Mapping[str, int]
    omitted: int

    @classmethod
    def of(cls, texts: Sequence[str | None]) -> Self:
        """Describe texts, one a row."""
        words = split_texts(texts)
        known = [document for document in words if document]
        ranked = sorted(count_terms(known).items(), key=lambda entry: (-entry[1], entry[0]))
        listed = [entry for entry in ranked[:MAX_TERMS] if entry[1] >= MIN_TEXTS]
        omitted = ranked[len(listed)][1] if len(ranked) > len(listed) else 0
        length = NumericFeature.of(measure_lengths(words))
        return cls(length, count_languages(known), len(known), dict(listed), omitted)

    def inverse_frequency(self, term: str) -> float:
        """Return ln((1 + documents) / (1 + documents with the term)) + 1, as scikit-learn does."""
        frequency = self.terms.get(term, self.omitted)
        return math.log((1 + self.documents) / (1 + frequency)) + 1

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "length": self.length.document(),
            "languages": dict(self.languages),
            "documents": self.documents,
            "terms": dict(self.terms),
            "omitted": self.omitted,
        }

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `document` returned."""
        length = NumericFeature.parse(document["length"])
        counts = (document[name] for name in ("languages", "documents", "terms", "omitted"))
        return cls(length, *counts)


def split_texts(texts: Iterable[str | None]) -> list[list[str]]:
    """Return the words of each text; none of a missing text."""
    return [find_words(text) if text else [] for text in texts]


def measure_lengths(words: Iterable[Sequence[str]]) -> FloatArray:
    """Return the number of words of each text, NaN where there is none."""
    return np.array([len(document) or math.nan for document in words], np.float64)


def count_terms(words: Iterable[Sequence[str]]) -> Counter[str]:
    """Count the texts that contain each term; function words are no terms.

    Numbers are none either: years drift by themselves, others are amounts, telephone numbers and the like.
    """
    terms = (set(document) - _STOP_WORDS for document in words)
    return Counter(term for document in terms for term in document if not term.isdecimal())
