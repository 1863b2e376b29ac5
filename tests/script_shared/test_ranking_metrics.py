from math import log2

import pytest

from script_shared.evaluation.ranking import score_list


def test_a_list_is_scored_by_arithmetic_anyone_can_follow():
    assert score_list([7, 3, 9, 4], {3, 4, 5}) == pytest.approx(
        {
            "recall": 2 / 3,
            "ndcg": (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3) + 1 / log2(4)),
            "hit_rate": 1,
            "mrr": 1 / 2,
        }
    )


def test_what_lies_beyond_k_does_not_count():
    assert score_list([1, 2, 3], {3}, k=2)["recall"] == 0


def test_a_list_that_repeats_an_item_is_refused():
    with pytest.raises(ValueError, match="repeats"):
        score_list([1, 1], {1})
