"""Categorical columns: a category that is new, gone or more frequent is found, and quiet days are quiet."""

import numpy as np
import pytest

from script_shared.drift.baseline import Baseline, record_baseline
from script_shared.drift.categories import MAX_CATEGORIES, CategoryColumn
from script_shared.drift.category_comparison import compare_categories
from script_shared.drift.detection import DAILY_LEVEL, detect_drift
from script_shared.drift.sample import Sample

NAMES = np.array([f"client {n}" for n in range(112)])
SHARES = 1 / np.arange(2, 114)
SHARES /= SHARES.sum()


def draw(rng, rows):
    return rng.choice(NAMES, rows, p=SHARES).tolist()


def to_sample(values):
    return Sample(len(values), {}, {}, {"client": values})


@pytest.fixture(scope="module")
def baseline():
    return record_baseline(to_sample(draw(np.random.default_rng(0), 2_500)))


def find(baseline, values):
    return {(finding.test, finding.subject) for finding in detect_drift(baseline, to_sample(values)).drift}


def test_categories_are_counted_and_an_empty_text_is_missing():
    column = CategoryColumn.of(["b", "a", "b", "", None])
    assert (column.rows, column.missing, column.known) == (5, 2, 3)
    assert list(column.counts.items()) == [("b", 2), ("a", 1)]


def test_only_the_most_frequent_categories_are_listed():
    column = CategoryColumn.of([f"{n}" for n in range(MAX_CATEGORIES + 9)] + ["0"])
    assert len(column.counts) == MAX_CATEGORIES
    assert column.known == MAX_CATEGORIES + 10


def test_baseline_with_categories_is_restored(baseline):
    restored = Baseline.parse(baseline.document())
    values = draw(np.random.default_rng(5), 300)
    expected = detect_drift(baseline, to_sample(values)).document()
    assert detect_drift(restored, to_sample(values)).document() == expected


@pytest.mark.parametrize("rows", [30, 100, 400])
def test_quiet_days_are_quiet(baseline, rows):
    rng = np.random.default_rng(rows)
    assert sum(bool(find(baseline, draw(rng, rows))) for _ in range(200)) <= 200 * DAILY_LEVEL


@pytest.mark.parametrize("seed", range(5))
def test_new_category_is_found_and_named(baseline, seed):
    rng = np.random.default_rng(seed)
    is_new = rng.random(200) < 0.25
    values = np.where(is_new, "new client", draw(rng, 200)).tolist()
    assert find(baseline, values) - {("psi", "client")} == {("category", "client: new client")}


def test_category_that_is_gone_is_found(baseline):
    values = [name for name in draw(np.random.default_rng(0), 500) if name != NAMES[0]]
    share = baseline.categories["client"].counts[NAMES[0]] / baseline.rows
    assert share < 0.15
    assert ("category", f"client: {NAMES[0]}") in find(baseline, values)


def test_index_of_many_categories_is_tested_beyond_chance():
    """Of 77 categories on 480 rows each, equal shares have an index near .2, the smallest that counts."""
    rng = np.random.default_rng(4)
    names = np.array([f"recruiter {n}" for n in range(77)])
    before = CategoryColumn.of(rng.choice(names, 480).tolist())
    comparison = compare_categories("recruiter", before, rng.choice(names, 480).tolist())
    assert comparison.psi is not None
    assert comparison.psi > 0.2
    [index] = [finding for finding in comparison.findings if finding.test == "psi"]
    assert index.change < 0.1


def test_missing_categories_are_found(baseline):
    assert find(baseline, [None] * 100) == {("missing", "client")}


def test_column_without_values_is_compared_by_its_missing_values():
    comparison = compare_categories("client", CategoryColumn.of([None] * 50), ["a"] * 50)
    assert comparison.psi is None
    assert [finding.test for finding in comparison.findings] == ["missing"]
