"""Thresholds by operating mode."""

import math

import numpy as np
import pytest

from script_shared.evaluation.classification.operating_mode import OPERATING_MODES, choose_threshold

#: 100 sure positives, then 100 rows of which 30 are positive.
PROBABILITIES = np.repeat([0.9, 0.4], 100)
LABELS = np.array([True] * 100 + [True] * 30 + [False] * 70)


def test_promised_precision_approves_the_sure_rows_only():
    assert choose_threshold("prec80", PROBABILITIES, LABELS).threshold == 0.9


def test_highest_f1_weighs_precision_and_recall():
    # Of the sure rows: 2·100 / (100 + 130) = .870; of all rows: 2·130 / (200 + 130) = .788.
    assert choose_threshold("f1", PROBABILITIES, LABELS).threshold == 0.9
    assert choose_threshold("f1", PROBABILITIES, np.ones(200, bool)).threshold == 0.4


def test_one_half_is_independent_of_the_fold():
    assert choose_threshold("0.5", [], []).threshold == 0.5


@pytest.mark.parametrize("mode", ["prec80", "f1"])
def test_fold_without_positives_approves_nobody(mode):
    point = choose_threshold(mode, [0.2, 0.9], [False, False])
    assert point.threshold == math.inf
    assert "no row is approved" in point.reason


def test_promise_that_no_score_keeps_approves_nobody():
    assert choose_threshold("prec80", PROBABILITIES, LABELS, min_precision=0.99).threshold == math.inf


def test_every_mode_gives_its_name_and_a_reason():
    points = [choose_threshold(mode, PROBABILITIES, LABELS) for mode in OPERATING_MODES]
    assert [point.mode for point in points] == list(OPERATING_MODES)
    assert all(point.reason for point in points)
