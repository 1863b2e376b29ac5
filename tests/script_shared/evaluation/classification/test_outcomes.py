"""The measures of predictions whose outcomes are known."""

import json

import numpy as np
import pytest

from script_shared.evaluation.classification.outcomes import measure_outcomes


def test_measures_describe_probabilities_and_outcomes():
    measures = measure_outcomes([0.9, 0.6, 0.4, 0.1], [True, False, True, False])
    assert measures == {
        "rows": 4,
        "positives": 2,
        "rate": 0.5,
        "mean_score": 0.5,
        "roc_auc": 0.75,
        "pr_auc": pytest.approx((1 + 2 / 3) / 2),
        "brier": pytest.approx((0.01 + 0.36 + 0.36 + 0.01) / 4),
        "log_loss": pytest.approx(-np.log([0.9, 0.4, 0.4, 0.9]).mean()),
        "calibration_error": pytest.approx((0.1 + 0.6 + 0.6 + 0.1) / 4),
    }


def test_outcomes_of_one_kind_have_no_area():
    measures = measure_outcomes([0.9, 0.8], [False, False])
    assert (measures["roc_auc"], measures["pr_auc"]) == (None, None)
    json.dumps(measures, allow_nan=False)


def test_without_outcomes_there_are_counts_only():
    assert measure_outcomes([], []) == {"rows": 0, "positives": 0}
