"""Measures within groups: against values computed by hand and against scikit-learn."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, roc_auc_score

from script_shared.evaluation.classification.within_groups import ndcg_within, roc_auc_within
from script_shared.evaluation.intervals import bootstrap_means, interval
from tests.support.contracts import contract


def test_a_score_that_only_tells_groups_apart_has_no_area_within_them():
    """All rows of the good group score high: over all rows the area is .8, within the groups it is .5."""
    groups = np.repeat(["good", "bad"], 10)
    labels = np.array([True] * 8 + [False] * 2 + [True] * 2 + [False] * 8)
    scores = np.repeat([0.9, 0.1], 10)
    assert roc_auc_within(scores, labels, groups).tolist() == [0.5, 0.5]
    assert roc_auc_score(labels, scores) == pytest.approx(0.8)


def test_groups_of_one_class_have_no_area():
    areas = roc_auc_within([1, 2, 3, 4, 5], [True, True, False, True, False], [7, 7, 8, 8, 9])
    assert areas.tolist() == [1.0]


def test_ndcg_equals_the_formula():
    """Ranked by score the gains are 1, 0, 2; the third rank is beyond k = 2."""
    [value] = ndcg_within([0.9, 0.2, 0.5], [1.0, 2.0, 0.0], [4, 4, 4], k=2)
    assert value == pytest.approx(1 / (2 + 1 / log2(3)))


def test_tied_rows_share_the_mean_of_their_gains():
    [value] = ndcg_within([0.5, 0.5, 0.1], [1.0, 0.0, 0.0], [1, 1, 1], k=5)
    assert value == pytest.approx((1 + 1 / log2(3)) / 2)


def test_values_are_in_the_order_of_the_group_ids_and_groups_without_gain_are_left_out():
    values = ndcg_within([1, 2, 1, 2, 1], [0, 1, 1, 0, 0], ["b", "b", "a", "a", "c"], k=1)
    assert values.tolist() == [0.0, 1.0]


@contract
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 12))
def test_values_equal_those_of_scikit_learn(seed, k):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 4, 40)
    scores, gains = rng.integers(0, 6, 40) / 6, rng.integers(0, 4, 40) / 4
    parts = [groups == group for group in np.unique(groups)]
    expected = [ndcg_score([gains[part]], [scores[part]], k=k) for part in parts if part.sum() > 1]
    measured = ndcg_within(scores, gains, groups, k)
    if all(part.sum() > 1 and gains[part].any() for part in parts):
        assert measured == pytest.approx(np.array(expected))
    labels = gains > 0.5
    expected = [roc_auc_score(labels[p], scores[p]) for p in parts if 0 < labels[p].sum() < p.sum()]
    assert roc_auc_within(scores, labels, groups) == pytest.approx(np.array(expected))


def test_the_difference_of_two_models_is_paired_by_group():
    """The second model ranks one pair more correctly in every group: the difference has no variance."""
    rng = np.random.default_rng(2)
    groups = np.repeat(np.arange(50), 5)
    first = np.concatenate([[*rng.permutation(4).tolist(), 0.5] for _ in range(50)])
    labels = np.tile([True, False, False, False, True], 50)
    second = first + np.tile([0, 0, 0, 0, 1.0], 50)
    areas = np.stack([roc_auc_within(scores, labels, groups) for scores in (first, second)], axis=1)
    draws = bootstrap_means([areas])
    low, high = interval(draws[:, 1] - draws[:, 0])
    assert low <= (areas[:, 1] - areas[:, 0]).mean() <= high
    assert high - low < np.ptp(interval(draws[:, 0]))


def test_every_row_needs_a_group_and_a_gain():
    with pytest.raises(ValueError, match="group ids"):
        roc_auc_within([1, 2], [True, False], [1])
    with pytest.raises(ValueError, match="one a row"):
        ndcg_within([1, 2], [1], [1, 1], k=5)
