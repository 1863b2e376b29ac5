"""Protocol R2 by hand."""

import numpy as np
import pytest

from pipelines.domains.recruiting.benchmark.rank import measure_orders, rank_within, select_history
from script_shared.domains.recruiting.matching.features.feature_table import feature_groups


def test_only_openings_with_applicants_of_both_kinds_are_measured():
    openings = np.array([7, 7, 8, 8, 9, 9])
    positive = np.array([True, False, True, True, False, False])
    values = measure_orders(np.array([2.0, 1, 0, 0, 0, 0]), positive, openings)
    assert values.tolist() == [[1, 1]]


def test_a_score_that_only_knows_the_opening_gains_nothing():
    """Over all rows the order is right more often than not; within each opening it is undecided."""
    openings = np.repeat([1, 2], 4)
    positive = np.array([True, True, True, False, True, False, False, False])
    by_opening = np.where(openings == 1, 0.9, 0.1)
    assert measure_orders(by_opening, positive, openings)[:, 0].tolist() == [0.5, 0.5]


def test_auc_and_ndcg_at_five():
    scores = np.array([5.0, 4, 3, 2, 1, 0])
    positive = np.array([False, True, False, False, False, True])
    [[area, ndcg]] = measure_orders(scores, positive, np.zeros(6, int))
    assert area == pytest.approx(3 / 8)
    assert ndcg == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))


def test_ranks_start_at_one_in_each_opening():
    scores, openings = np.array([0.1, 0.9, 0.5, 0.2]), np.array([1, 2, 1, 2])
    assert rank_within(scores, openings).tolist() == [2, 1, 1, 2]


def test_the_history_is_the_applicants_own():
    names = np.array(list(feature_groups()))[select_history()]
    assert len(names) > 20
    assert all(name.startswith("person_") for name in names)
