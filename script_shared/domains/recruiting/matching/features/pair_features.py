"""How an applicant's profile compares with what an opening asks for, and what the opening is about."""

from __future__ import annotations

import numpy as np

from script_shared.domains.recruiting.matching.data.entities import EntityTable
from script_shared.domains.recruiting.matching.data.entity_values import (
    APPLICANT_NUMBERS,
    CATEGORIES,
    OPENING_NUMBERS,
)
from script_shared.domains.recruiting.matching.features.bit_sets import BitArray, count_common_rows
from script_shared.domains.recruiting.matching.features.history_features import Queries, dot_rows
from script_shared.types import FeatureArray, FloatArray
from script_shared.vocabulary import UNKNOWN

#: Leading dimensions of the text vectors that are features of the opening.
TITLE_DIMENSIONS, TEXT_DIMENSIONS = 12, 32
#: A lower value of an opening is per hour; hours of a month.
_LOWEST_MONTHLY, _HOURS = 300.0, 168.0
_RANKS = ("level_rank", "degree_rank", "english_rank", "spanish_rank")


def build_pair_features(queries: Queries) -> dict[str, FloatArray]:
    """Return the features of the pairs by name, each of shape (n,); NaN where either side is unknown."""
    opening, applicant = queries.openings, queries.applicants
    salary = _number(applicant, APPLICANT_NUMBERS, "salary")
    value = _number(opening, OPENING_NUMBERS, "value")
    monthly = np.where(value < _LOWEST_MONTHLY, value * _HOURS, value)
    gaps = {
        f"{name.removesuffix('_rank')}_gap": _number(applicant, APPLICANT_NUMBERS, name)
        - _number(opening, OPENING_NUMBERS, name)
        for name in _RANKS
    }
    return gaps | {
        "title_similarity": _similarity(opening.titles, applicant.titles),
        "text_similarity": _similarity(opening.descriptions, applicant.descriptions),
        "skills_met": _share_met(opening.skills, applicant.skills),
        "areas_met": _share_met(opening.areas, applicant.areas),
        "salary": salary,
        "salary_ratio": np.divide(salary, monthly, out=np.full(len(salary), np.nan), where=monthly > 0),
        "same_state": _is_same(opening, applicant, "state"),
        "same_city": _is_same(opening, applicant, "city"),
    }


def build_opening_features(openings: EntityTable) -> dict[str, FloatArray]:
    """Return the features of openings by name, each of shape (n,)."""
    numbers = {f"opening_{name}": _number(openings, OPENING_NUMBERS, name) for name in OPENING_NUMBERS}
    vectors = (("title", openings.titles, TITLE_DIMENSIONS), ("text", openings.descriptions, TEXT_DIMENSIONS))
    return numbers | {
        f"opening_{name}_{column}": _column(values, column)
        for name, values, count in vectors
        for column in range(count)
    }


def _number(table: EntityTable, names: tuple[str, ...], name: str) -> FloatArray:
    return table.numbers[:, names.index(name)].astype(np.float64)


def _column(vectors: FeatureArray, column: int) -> FloatArray:
    """Return a dimension of vectors; zero beyond the last, which a small vocabulary has early."""
    if column >= vectors.shape[1]:
        return np.zeros(len(vectors))
    return vectors[:, column].astype(np.float64)


def _similarity(first: FeatureArray, second: FeatureArray) -> FloatArray:
    """Return the cosine of each row, NaN where a text has no known terms."""
    is_known = first.any(axis=1) & second.any(axis=1)
    return np.where(is_known, dot_rows(first, second), np.nan)


def _share_met(required: BitArray, available: BitArray) -> FloatArray:
    """Return the share of the required members that are available, NaN where either set is empty."""
    total = count_common_rows(required, required)
    is_known = (total > 0) & available.any(axis=1)
    common = count_common_rows(required, available)
    return np.divide(common, total, out=np.full(len(total), np.nan), where=is_known)


def _is_same(first: EntityTable, second: EntityTable, category: str) -> FloatArray:
    column = CATEGORIES.index(category)
    codes = first.codes[:, column], second.codes[:, column]
    is_known = (codes[0] != UNKNOWN) & (codes[1] != UNKNOWN)
    return np.where(is_known, codes[0] == codes[1], np.nan)
