"""Protocol R5 by hand: NDCG at 5 by order and, as first published, by row."""

import numpy as np
import pytest

from pipelines.domains.recruiting.benchmark.graded import has_distinct_statuses, measure_both


def test_openings_need_five_distinct_statuses():
    statuses, openings = np.array(list("abcdeaaaaab")), np.array([1] * 5 + [2] * 6)
    assert has_distinct_statuses(statuses, openings).tolist() == [True] * 5 + [False] * 6


def test_the_published_figure_depends_on_the_order_of_the_file_and_ours_does_not():
    scores, openings = np.array([1.0, 2, 3, 4, 5, 6]), np.zeros(6, int)
    gains = np.array([0, 0.25, 0.5, 0.75, 0.75, 1])
    [[by_order, by_row]] = measure_both(scores, gains, openings)
    assert by_order == pytest.approx(1)
    assert by_row == pytest.approx(1)
    file = [5, 0, 1, 2, 3, 4]
    scores = np.array([6.0, 1, 2, 3, 4, 0])
    [[one_order, one_row]] = measure_both(scores, gains, openings)
    [[other_order, other_row]] = measure_both(scores[file], gains[file], openings)
    assert one_order == pytest.approx(other_order)
    assert one_row != pytest.approx(other_row)


def test_openings_without_a_gain_in_their_first_rows_have_no_figure():
    gains = np.array([0, 0, 0, 0, 0, 1.0])
    assert measure_both(np.arange(6.0), gains, np.zeros(6, int)).shape == (0, 2)
