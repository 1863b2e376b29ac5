"""Compares later values of a categorical column with its baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from script_shared.drift.categories import CategoryColumn
from script_shared.drift.feature_comparison import FeatureComparison, compare_missing
from script_shared.drift.features import BinaryFeature
from script_shared.drift.finding import MIN_GONE_SHARE, MIN_PSI, MIN_RATE_CHANGE, Finding
from script_shared.drift.significance import (
    chi_square_p_value,
    fisher_p_values,
    population_stability_index,
)

#: Categories that are expected in fewer later rows share a cell: χ² is a poor approximation for them.
MIN_EXPECTED_ROWS = 5
_LARGEST_BY_CHANCE = 1.0


def compare_categories(name: str, before: CategoryColumn, values: Sequence[str | None]) -> FeatureComparison:
    """Compare later values with the baseline.

    The tests are the index over all categories beyond what chance alone gives it, the share of the category
    that changed most in proportion to its threshold (corrected for the number of categories), and the share
    of missing values.

    Args:
        name: of the column.
        before: the baseline, with at least one row.
        values: one a row, at least one; None or empty where missing.
    """
    after = Counter(value for value in values if value)
    missing_rows = len(values) - after.total()
    common = ("categorical", len(values), missing_rows, before.missing / before.rows, None, None, None)
    missing = compare_missing(
        name, BinaryFeature(before.rows, before.missing, 0), BinaryFeature(len(values), missing_rows, 0)
    )
    if not before.known or not after:
        return FeatureComparison(*common, None, None, (missing,))
    cells = _count_cells(before, after)
    psi, p_value = population_stability_index(*cells), chi_square_p_value(*cells)
    by_chance = (len(cells[0]) - 1) * (1 / sum(cells[0]) + 1 / sum(cells[1]))
    index = Finding("psi", name, max(psi - by_chance, 0.0), MIN_PSI, p_value)
    findings = (missing, index, _test_largest(name, before, after))
    return FeatureComparison(*common, psi, None, findings)


def _count_cells(before: CategoryColumn, after: Mapping[str, int]) -> tuple[list[int], list[int]]:
    """Return the rows of both samples in each cell: frequent categories, and one cell of all others."""
    rows, total = sum(after.values()), before.known + sum(after.values())
    counts = {
        name: (before.counts.get(name, 0), after.get(name, 0)) for name in before.counts.keys() | after.keys()
    }
    frequent = sorted(name for name, pair in counts.items() if sum(pair) * rows / total >= MIN_EXPECTED_ROWS)
    first, second = ([counts[name][side] for name in frequent] for side in (0, 1))
    return [*first, before.known - sum(first)], [*second, rows - sum(second)]


def _test_largest(name: str, before: CategoryColumn, after: Mapping[str, int]) -> Finding:
    """Test the share of the category that changed most; a smaller change counts where one is gone."""
    rows, categories = sum(after.values()), sorted(before.counts.keys() | after.keys())
    changes = {
        category: after.get(category, 0) / rows - before.counts.get(category, 0) / before.known
        for category in categories
    }
    thresholds = {name: MIN_RATE_CHANGE if after.get(name) else MIN_GONE_SHARE for name in categories}
    largest = max(categories, key=lambda category: abs(changes[category]) / thresholds[category])
    counts = [before.counts.get(largest, 0)], before.known, [after.get(largest, 0)], rows
    p_value = min(float(fisher_p_values(*counts)[0]) * len(categories), _LARGEST_BY_CHANCE)
    return Finding("category", f"{name}: {largest}", changes[largest], thresholds[largest], p_value)
