"""Measures of a classifier, its comparison with others, and its gate."""

import numpy as np
import pytest

from script_shared.evaluation.classification.classifiers import (
    BASE_RATE,
    SERVED,
    compare_log_loss,
    measure_classifier,
)
from script_shared.evaluation.gates import Gates
from script_shared.evaluation.promotion import FAILED, PASSED, TOO_FEW, decide_promotion, judge_classifier

RNG = np.random.default_rng(1)
TRUTH = RNG.random(4_000)
LABELS = RNG.random(4_000) < TRUTH
GROUPS = np.arange(4_000) // 10
CONSTANT = np.full(4_000, LABELS.mean())


def differences(probabilities):
    return compare_log_loss({SERVED: probabilities, BASE_RATE: CONSTANT}, LABELS, GROUPS)


def test_measures_of_a_perfect_classifier():
    measures = measure_classifier(LABELS.astype(float), LABELS, GROUPS)
    assert measures["rows"] == 4_000
    assert measures["groups"] == 400
    assert measures["positives"] == LABELS.sum()
    assert measures["roc_auc"] == measures["roc_auc_within"] == measures["pr_auc"] == 1
    assert measures["brier"] == measures["calibration_error"] == 0


def test_measures_that_are_not_defined_are_none():
    measures = measure_classifier(np.array([0.2, 0.4]), np.array([False, False]), np.array([0, 0]))
    assert measures["roc_auc"] is measures["pr_auc"] is measures["roc_auc_within"] is None
    assert measures["brier"] == pytest.approx((0.04 + 0.16) / 2)


def test_difference_is_the_gain_in_log_loss_and_its_interval_contains_it():
    gain, low, high = differences(TRUTH)[BASE_RATE]
    assert low < gain < high
    assert gain == pytest.approx(
        measure_classifier(CONSTANT, LABELS, GROUPS)["log_loss"]
        - measure_classifier(TRUTH, LABELS, GROUPS)["log_loss"]
    )


@pytest.mark.parametrize(
    ("probabilities", "rows", "outcome"),
    [
        (TRUTH, 4_000, PASSED),
        (1 - TRUTH, 4_000, FAILED),
        (1 - TRUTH, 199, TOO_FEW),
        (CONSTANT, 4_000, PASSED),
    ],
    ids=["better", "worse", "few-rows", "equal"],
)
def test_gate_fails_only_where_the_interval_is_below_zero(probabilities, rows, outcome):
    [finding] = judge_classifier("match", rows, differences(probabilities), Gates())
    assert finding.outcome == outcome
    decision = decide_promotion([], Gates(), new_configuration=False, classifiers=[finding])
    assert decision.promoted == (outcome != FAILED)
    assert ("log loss is worse: match against base_rate" in decision.reason) == (outcome == FAILED)
