"""Records of the protocols, by hand."""

import numpy as np
import pytest

from pipelines.domains.recruiting.benchmark.measures import SERVED, Comparison, compare_means, compare_rows

COMPARISON = Comparison("rank", "a period", "advanced", 6, 3, {SERVED: {"first": 0.5}})


def find(records, model, metric):
    [record] = (record for record in records if record["model"] == model and record["metric"] == metric)
    return record


def test_means_over_openings_have_a_gain_and_a_goal():
    served, other = np.array([[1, 0], [0.5, 0], [0, 0]], float), np.full((3, 2), 0.25)
    records = compare_means(COMPARISON, ("first", "second"), {SERVED: served, "other": other})
    assert len(records) == 4
    row = find(records, "other", "first")
    assert (row["value"], row["gain_of_served"], row["goal"]) == (0.25, 0.25, None)
    assert (row["low"], row["high"]) == (0.25, 0.25)
    row = find(records, SERVED, "first")
    assert (row["value"], row["gain_of_served"], row["goal"]) == (0.5, 0, 0.5)
    assert row["low"] < 0.5 < row["high"]


def test_the_gain_is_bootstrapped_in_pairs():
    """A model that is better by the same number on every opening is better for certain."""
    values = np.random.default_rng(0).random((40, 1))
    row = find(compare_means(COMPARISON, ("first",), {SERVED: values + 0.1, "b": values}), "b", "first")
    assert row["gain_low"] == pytest.approx(0.1)
    assert row["gain_high"] == pytest.approx(0.1)
    assert row["high"] - row["low"] > 0.05


def test_rows_are_resampled_by_opening():
    """With one opening every sample is the whole: the interval has no width."""
    scores = {SERVED: np.arange(5.0)}

    def mean(values, rows):
        return [float(values.mean())]

    [row] = compare_rows(COMPARISON, ("first",), scores, np.zeros(5, int), mean)
    assert row["low"] == row["value"] == row["high"] == 2
    [row] = compare_rows(COMPARISON, ("first",), scores, np.arange(5), mean)
    assert row["low"] < 2 < row["high"]
