"""Ranking metrics against values computed by hand."""

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


def test_list_with_repeated_items_is_rejected():
    with pytest.raises(ValueError, match="repeats"):
        score_list([1, 1], {1})


def test_ideal_list_contains_at_most_k_targets():
    targets = set(range(100, 125))
    full_list = score_list(list(range(100, 110)), targets)
    assert full_list["ndcg"] == pytest.approx(1)
    assert full_list["recall"] == pytest.approx(10 / 25)
    one_hit = score_list([*range(9), 100], targets)
    assert one_hit["ndcg"] == pytest.approx(1 / log2(11) / sum(1 / log2(rank + 1) for rank in range(1, 11)))


def test_with_one_target_the_metrics_depend_on_its_rank():
    scores = score_list([9, 8, 5, 7], {5})
    assert scores == pytest.approx({"recall": 1, "ndcg": 1 / 2, "hit_rate": 1, "mrr": 1 / 3})


def test_list_without_hits_scores_zero():
    expected = {"recall": 0, "ndcg": 0, "hit_rate": 0, "mrr": 0}
    assert score_list([1, 2], {3}) == score_list([], {3}) == expected


def test_query_without_targets_is_rejected():
    with pytest.raises(ValueError, match="without targets"):
        score_list([1], set())
