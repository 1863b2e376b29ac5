"""Measures of classifiers against values computed by hand and scikit-learn, with ties and weights."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
)

from script_shared.evaluation.classification.measures import measure_at_threshold, pr_auc, roc_auc
from tests.support.contracts import contract

SEEDS = st.integers(0, 2**32 - 1)


def draw_rows(seed, n, distinct):
    """Return scores with many ties, labels and weights."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, distinct, n) / distinct, rng.random(n) < 0.3, rng.integers(0, 4, n).astype(float)


def test_roc_auc_is_the_share_of_ordered_pairs():
    """Of the 2 · 3 pairs of a positive and a negative, four are in order and one is tied."""
    assert roc_auc([0.9, 0.5, 0.5, 0.7, 0.1], [True, True, False, False, False]) == 4.5 / 6


def test_pr_auc_weighs_precision_by_the_gain_in_recall():
    """The positives are at the ranks 1 and 3."""
    assert pr_auc([0.9, 0.7, 0.5, 0.1], [True, False, True, False]) == pytest.approx((1 + 2 / 3) / 2)


def test_scores_that_are_all_equal_tell_nothing():
    labels = [True, False, False, False]
    assert roc_auc([0.4] * 4, labels) == 0.5
    assert pr_auc([0.4] * 4, labels) == 0.25


@contract
@given(seed=SEEDS, n=st.integers(2, 60), distinct=st.integers(1, 12))
def test_areas_equal_those_of_scikit_learn(seed, n, distinct):
    scores, labels, weights = draw_rows(seed, n, distinct)
    assume(0 < labels.sum() < n)
    assert roc_auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    assert pr_auc(scores, labels) == pytest.approx(average_precision_score(labels, scores))
    assume(weights[labels].any() and weights[~labels].any())
    assert roc_auc(scores, labels, weights) == pytest.approx(
        roc_auc_score(labels, scores, sample_weight=weights)
    )
    assert pr_auc(scores, labels, weights) == pytest.approx(
        average_precision_score(labels, scores, sample_weight=weights)
    )


@contract
@given(seed=SEEDS)
def test_a_weight_of_two_equals_a_repeated_row(seed):
    scores, labels, weights = draw_rows(seed, 30, 5)
    assume(weights[labels].any() and weights[~labels].any())
    repeated = np.repeat(np.arange(30), weights.astype(int))
    assert roc_auc(scores, labels, weights) == pytest.approx(roc_auc(scores[repeated], labels[repeated]))
    assert pr_auc(scores, labels, weights) == pytest.approx(pr_auc(scores[repeated], labels[repeated]))


@contract
@given(seed=SEEDS, threshold=st.integers(-1, 11))
def test_measures_at_a_threshold_equal_those_of_scikit_learn(seed, threshold):
    scores, labels, _ = draw_rows(seed, 50, 10)
    approved = scores >= threshold / 10
    assume(labels.any() and approved.any())
    measured = measure_at_threshold(scores, labels, threshold / 10)
    precision, recall, f1, _ = precision_recall_fscore_support(labels, approved, average="binary")
    assert (measured.precision, measured.recall, measured.f1) == pytest.approx((precision, recall, f1))
    assert measured.accuracy == pytest.approx(accuracy_score(labels, approved))
    matrix = confusion_matrix(labels, approved, labels=[False, True])
    assert matrix.ravel().tolist() == [
        measured.true_negatives,
        measured.false_positives,
        measured.false_negatives,
        measured.true_positives,
    ]


def test_a_score_at_the_threshold_is_approved():
    assert measure_at_threshold([0.5, 0.4], [True, False], 0.5).precision == 1


def test_a_measure_without_a_denominator_is_nan():
    none_approved = measure_at_threshold([0.5], [True], math.inf)
    assert math.isnan(none_approved.precision)
    assert (none_approved.recall, none_approved.f1) == (0, 0)
    assert math.isnan(measure_at_threshold([0.5], [False], 0.9).recall)
    assert math.isnan(roc_auc([0.1, 0.2], [True, True]))
    assert math.isnan(pr_auc([0.1, 0.2], [False, False]))
    assert math.isnan(roc_auc([], []))
    assert math.isnan(pr_auc([], []))


@pytest.mark.parametrize(
    ("scores", "labels"), [([0.1], [True, False]), ([math.nan], [True]), ([[1.0]], [[1]])]
)
def test_rows_without_a_score_and_a_label_each_are_rejected(scores, labels):
    with pytest.raises(ValueError, match=r"one a row|NaN"):
        roc_auc(scores, labels)
