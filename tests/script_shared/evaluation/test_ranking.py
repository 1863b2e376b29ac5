"""Ranking metrics by hand."""

from math import log2

import pytest

from script_shared.evaluation.ranking import score_list


def test_scores_equal_the_formulas():
    assert score_list([7, 3, 9, 4], {3, 4, 5}) == pytest.approx(
        {
            "recall": 2 / 3,
            "ndcg": (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4)),
            "hit_rate": 1,
            "mrr": 1 / 2,
        }
    )


def test_ranks_after_k_do_not_count():
    assert score_list([1, 2, 3], {3}, k=2)["recall"] == 0


def test_a_list_with_repeated_items_is_rejected():
    with pytest.raises(ValueError, match="repeats"):
        score_list([1, 1], {1})


def test_the_ideal_list_contains_at_most_k_targets():
    targets = set(range(100, 125))
    full = score_list(list(range(100, 110)), targets)
    assert full["ndcg"] == pytest.approx(1)
    assert full["recall"] == pytest.approx(10 / 25)
    last = score_list([*range(9), 100], targets)
    assert last["ndcg"] == pytest.approx(1 / log2(11) / sum(1 / log2(rank + 1) for rank in range(1, 11)))


def test_with_one_target_the_metrics_depend_on_its_rank():
    found = score_list([9, 8, 5, 7], {5})
    assert found == pytest.approx({"recall": 1, "ndcg": 1 / 2, "hit_rate": 1, "mrr": 1 / 3})


def test_a_list_without_hits_scores_zero():
    zeros = {"recall": 0, "ndcg": 0, "hit_rate": 0, "mrr": 0}
    assert score_list([1, 2], {3}) == score_list([], {3}) == zeros


def test_a_query_without_targets_is_rejected():
    with pytest.raises(ValueError, match="without targets"):
        score_list([1], set())
