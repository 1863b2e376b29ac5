from math import log2

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from script_shared.evaluation.graded import graded_ndcg


def test_by_hand():
    """Of three next pages a, b, c, worth 3, 2, 1, the list has b first and a third."""
    gained = 2 / log2(2) + 3 / log2(4)
    best = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    assert graded_ndcg(["b", "x", "a"], ["a", "b", "c"]) == pytest.approx(gained / best)


def test_the_order_read_is_the_best_there_is():
    assert graded_ndcg(["a", "b", "c", "x"], ["a", "b", "c"]) == pytest.approx(1)
    assert graded_ndcg(["b", "a", "c", "x"], ["a", "b", "c"]) < 1
    assert graded_ndcg(["x", "y"], ["a"]) == 0


def test_one_next_page_is_graded_like_a_hit():
    assert graded_ndcg(["x", "a"], ["a"]) == pytest.approx(1 / log2(3))


def test_what_lies_beyond_the_tenth_place_gains_nothing():
    assert graded_ndcg([*range(10), 99], [99]) == 0
    assert graded_ndcg([*range(9), 99], [99]) == pytest.approx(1 / log2(11))


def test_a_page_that_comes_twice_counts_where_it_came_first():
    assert graded_ndcg(["a", "b"], ["a", "b", "a"]) == graded_ndcg(["a", "b"], ["a", "b"]) == 1


def test_an_empty_list_gains_nothing():
    assert graded_ndcg([], ["a"]) == 0


@pytest.mark.parametrize(("ranked", "wanted"), [(["a"], []), (["a", "a"], ["a"])])
def test_queries_without_targets_and_lists_that_repeat_are_refused(ranked, wanted):
    with pytest.raises(ValueError, match=r"targets|repeats"):
        graded_ndcg(ranked, wanted)


@pytest.mark.parametrize("seed", range(20))
def test_it_is_scikit_learns_ndcg_with_these_grades(seed):
    rng = np.random.default_rng(seed)
    ranked = rng.permutation(30)
    wanted = rng.permutation(30)[: rng.integers(1, 6)].tolist()
    grades = np.zeros((1, 30))
    grades[0, wanted] = np.arange(len(wanted), 0, -1)
    scores = np.empty((1, 30))
    scores[0, ranked] = np.arange(30, 0, -1)
    assert graded_ndcg(ranked[:10].tolist(), wanted) == pytest.approx(ndcg_score(grades, scores, k=10))
