"""Compares later texts of a column with its baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from script_shared.drift.feature_comparison import FeatureComparison, compare_feature
from script_shared.drift.finding import MIN_LANGUAGE_CHANGE, MIN_WEIGHT_CHANGE, Finding
from script_shared.drift.significance import chi_square_p_value, fisher_p_values
from script_shared.drift.texts.language import LANGUAGES, count_languages
from script_shared.drift.texts.text_baseline import (
    MIN_TEXTS,
    TextColumn,
    count_terms,
    measure_lengths,
    split_texts,
)

#: Terms of a report, those with the largest changes.
MAX_CHANGED_TERMS = 20


class TermChange(NamedTuple):
    """A term whose weight changed.

    Attributes:
        term: in lower case without accents.
        baseline, current: share of texts that contain it; of a term that the baseline does not list, an upper
            limit.
        weight_change: change of its mean TF-IDF weight, where a text contains a term or does not.
    """

    term: str
    baseline: float
    current: float
    weight_change: float


class TextComparison(NamedTuple):
    """A text column in the baseline and later.

    Attributes:
        documents: number of later texts that are not missing.
        length: comparison of the number of words; its missing values are missing texts.
        baseline_languages, languages: share of texts by language; empty without texts.
        similarity: cosine of the mean TF-IDF vectors of the listed terms; None without texts.
        terms: the terms with the largest changes.
        findings: the tests of the languages and of the terms whose change is not small.
        term_tests: number of tests of terms, small changes included.
    """

    documents: int
    length: FeatureComparison
    baseline_languages: Mapping[str, float]
    languages: Mapping[str, float]
    similarity: float | None
    terms: tuple[TermChange, ...]
    findings: tuple[Finding, ...]
    term_tests: int


def compare_texts(name: str, column: TextColumn, texts: Sequence[str | None]) -> TextComparison:
    """Compare later texts with the baseline.

    Args:
        name: of the column.
        column: the baseline, with at least one row.
        texts: one a row, at least one; None or empty where missing.
    """
    words = split_texts(texts)
    known = [document for document in words if document]
    length = compare_feature(f"{name} length", column.length, measure_lengths(words))
    if not known or not column.documents:
        return TextComparison(len(known), length, {}, {}, None, (), (), 0)
    languages, counts = count_languages(known), count_terms(known)
    changes = _compare_terms(column, counts, len(known))
    return TextComparison(
        documents=len(known),
        length=length,
        baseline_languages=_shares(column.languages),
        languages=_shares(languages),
        similarity=_similarity(column, counts),
        terms=tuple(changes[:MAX_CHANGED_TERMS]),
        findings=(
            _test_languages(name, column, languages),
            *_test_terms(name, column, changes, counts, len(known)),
        ),
        term_tests=len(column.terms.keys() | counts.keys()),
    )


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    return {name: count / sum(counts.values()) for name, count in counts.items()}


def _test_languages(name: str, column: TextColumn, languages: Mapping[str, int]) -> Finding:
    before, after = _shares(column.languages), _shares(languages)
    change = max((after[language] - before[language] for language in LANGUAGES), key=abs)
    counts = ([part[language] for language in LANGUAGES] for part in (column.languages, languages))
    return Finding("languages", name, change, MIN_LANGUAGE_CHANGE, chi_square_p_value(*counts))


def _compare_terms(column: TextColumn, counts: Mapping[str, int], documents: int) -> list[TermChange]:
    """Return the changes of all terms, the largest first.

    A new term that may be old is left out, and so is one of fewer than `MIN_TEXTS` texts.
    """
    changes = []
    for term in column.terms.keys() | counts.keys():
        before = column.terms.get(term, column.omitted) / column.documents
        after = counts.get(term, 0) / documents
        if term in column.terms or (after > before and counts[term] >= MIN_TEXTS):
            change = (after - before) * column.inverse_frequency(term)
            changes.append(TermChange(term, before, after, change))
    return sorted(changes, key=lambda change: (-abs(change.weight_change), change.term))


def _test_terms(
    name: str, column: TextColumn, changes: Sequence[TermChange], counts: Mapping[str, int], documents: int
) -> list[Finding]:
    large = [change for change in changes if abs(change.weight_change) >= MIN_WEIGHT_CHANGE]
    before = [column.terms.get(change.term, column.omitted) for change in large]
    after = [counts.get(change.term, 0) for change in large]
    p_values = fisher_p_values(before, column.documents, after, documents).tolist()
    return [
        Finding("term", f"{name}: {change.term}", change.weight_change, MIN_WEIGHT_CHANGE, p_value)
        for change, p_value in zip(large, p_values, strict=True)
    ]


def _similarity(column: TextColumn, counts: Mapping[str, int]) -> float | None:
    weights = np.array([column.inverse_frequency(term) for term in column.terms])
    before = weights * np.array(list(column.terms.values()), np.float64)
    after = weights * np.array([counts.get(term, 0) for term in column.terms], np.float64)
    norms = float(np.linalg.norm(before) * np.linalg.norm(after))
    return float(before @ after) / norms if norms else None
