"""The threshold of a promised precision: by hand, and by its promise on folds that it was not chosen on."""

import math

import numpy as np
import pytest

from script_shared.evaluation.classification.measures import measure_at_threshold
from script_shared.evaluation.classification.precision_threshold import find_precision_threshold


def rows(*counts):
    """Return scores and labels from (score, positives, rows)."""
    scores = np.repeat([score for score, _, _ in counts], [n for _, _, n in counts])
    return scores, np.concatenate([np.arange(n) < positives for _, positives, n in counts])


def draw_fold(rng, n):
    """Return scores and labels; a row with score s is positive with probability s², so that a threshold t has
    the precision (1 + t + t²) / 3."""
    scores = rng.random(n)
    return scores, rng.random(n) < scores**2


def true_precision(threshold):
    return (1 + threshold + threshold**2) / 3


def test_the_lowest_score_whose_limit_reaches_the_promise_is_the_threshold():
    """Down to .9 all of 50 rows are positive, down to .5 90 of 100, down to .1 90 of 200."""
    scores, labels = rows((0.9, 50, 50), (0.5, 40, 50), (0.1, 0, 100))
    found = find_precision_threshold(scores, labels, 0.8)
    assert (found.threshold, found.approved) == (0.5, 100)
    assert (found.precision, found.recall) == (0.9, 1.0)
    assert 0.8 <= found.lower_limit < 0.9
    assert "90 of 100" in found.reason
    measured = measure_at_threshold(scores, labels, found.threshold)
    assert (measured.precision, measured.recall) == (found.precision, found.recall)


def test_a_precision_that_few_rows_support_does_not_reach_the_promise():
    """All of 13 rows are positive: .05 ** (1 / 13) is .794."""
    found = find_precision_threshold(*rows((0.9, 13, 13), (0.1, 0, 50)), 0.8)
    assert found.threshold == math.inf
    assert found.lower_limit != found.lower_limit
    assert find_precision_threshold(*rows((0.9, 14, 14), (0.1, 0, 50)), 0.8).threshold == 0.9


def test_where_no_score_reaches_the_promise_no_row_is_approved_and_the_reason_says_so():
    scores, labels = rows((0.9, 5, 10), (0.1, 0, 50))
    found = find_precision_threshold(scores, labels, 0.8)
    assert (found.threshold, found.approved, found.recall) == (math.inf, 0, 0.0)
    assert not (scores >= found.threshold).any()
    assert "5 positives in 10 rows" in found.reason
    assert "0.8" in found.reason


def test_an_empty_fold_and_one_without_positives_approve_nobody():
    assert "empty" in find_precision_threshold([], [], 0.5).reason
    found = find_precision_threshold([0.5, 0.6], [False, False], 0.5)
    assert found.threshold == math.inf
    assert math.isnan(found.recall)


def test_a_threshold_inside_tied_scores_is_not_possible():
    found = find_precision_threshold(*rows((0.9, 40, 40), (0.5, 30, 60)), 0.8)
    assert found.threshold == 0.9


@pytest.mark.parametrize(("promise", "n"), [(0.5, 300), (0.8, 300), (0.8, 3_000)])
def test_the_promise_is_kept_in_95_percent_of_the_folds(promise, n):
    rng = np.random.default_rng(5)
    found = [find_precision_threshold(*draw_fold(rng, n), promise).threshold for _ in range(400)]
    broken = [math.isfinite(threshold) and true_precision(threshold) < promise for threshold in found]
    # .05 and three standard deviations of a binomial with n = 400.
    assert np.mean(broken) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 400)


def test_a_point_estimate_would_break_the_promise_in_most_folds():
    rng = np.random.default_rng(5)
    broken = 0
    for _ in range(100):
        scores, labels = draw_fold(rng, 300)
        order = np.argsort(-scores)
        precisions = np.cumsum(labels[order]) / np.arange(1, 301)
        broken += true_precision(scores[order][np.flatnonzero(precisions >= 0.8)[-1]]) < 0.8
    assert broken > 50


def test_a_higher_confidence_approves_fewer():
    fold = draw_fold(np.random.default_rng(1), 2_000)
    at_95, at_99 = (find_precision_threshold(*fold, 0.8, confidence) for confidence in (0.95, 0.99))
    assert at_99.threshold > at_95.threshold
