"""Graded NDCG against values computed by hand and against scikit-learn."""

from math import log2

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from script_shared.evaluation.classification.graded_ndcg import graded_ndcg


def test_graded_ndcg_equals_the_formula():
    """The targets a, b, c have relevance 3, 2, 1; the list has b first and a third."""
    gain = 2 / log2(2) + 3 / log2(4)
    best = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert graded_ndcg(["b", "x", "a"], ["a", "b", "c"]) == pytest.approx(gain / best)


def test_targets_in_their_order_score_one():
    assert graded_ndcg(["a", "b", "c", "x"], ["a", "b", "c"]) == pytest.approx(1)
    assert graded_ndcg(["b", "a", "c", "x"], ["a", "b", "c"]) < 1
    assert graded_ndcg(["x", "y"], ["a"]) == 0


def test_single_target_scores_like_binary_ndcg():
    assert graded_ndcg(["x", "a"], ["a"]) == pytest.approx(1 / log2(3))


def test_ranks_after_the_tenth_add_no_gain():
    assert graded_ndcg([*range(10), 99], [99]) == 0
    assert graded_ndcg([*range(9), 99], [99]) == pytest.approx(1 / log2(11))


def test_only_the_first_of_repeated_targets_counts():
    assert graded_ndcg(["a", "b"], ["a", "b", "a"]) == graded_ndcg(["a", "b"], ["a", "b"]) == 1


def test_empty_list_scores_zero():
    assert graded_ndcg([], ["a"]) == 0


@pytest.mark.parametrize(("ranked", "targets"), [(["a"], []), (["a", "a"], ["a"])])
def test_queries_without_targets_and_repeated_items_are_rejected(ranked, targets):
    with pytest.raises(ValueError, match=r"targets|repeats"):
        graded_ndcg(ranked, targets)


@pytest.mark.parametrize("seed", range(20))
def test_graded_ndcg_equals_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    ranked = rng.permutation(30)
    targets = rng.permutation(30)[: rng.integers(1, 6)].tolist()
    grades = np.zeros((1, 30))
    grades[0, targets] = np.arange(len(targets), 0, -1)
    scores = np.empty((1, 30))
    scores[0, ranked] = np.arange(30, 0, -1)
    assert graded_ndcg(ranked[:10].tolist(), targets) == pytest.approx(ndcg_score(grades, scores, k=10))
