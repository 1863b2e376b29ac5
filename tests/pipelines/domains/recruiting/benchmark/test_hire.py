"""Protocol R3 by hand."""

import numpy as np
import pytest

from pipelines.domains.recruiting.benchmark.hire import measure, measure_promise
from pipelines.domains.recruiting.benchmark.hire_models import HireModel, list_columns
from script_shared.domains.recruiting.matching.features.feature_table import feature_groups


def test_measures():
    labels = np.array([False, False, True, True])
    area, precision, brier, error = measure(np.array([0.0, 1, 1, 1]), labels)
    assert area == pytest.approx(0.75)
    assert precision == pytest.approx(2 / 3)
    assert brier == pytest.approx(0.25)
    assert error == pytest.approx(0.25)


def make_model(fold, labels):
    return HireModel(np.array([]), np.asarray(fold, float), np.asarray(labels, bool))


def test_a_promise_needs_its_lower_limit_not_its_point():
    """Four hires among four are a precision of 1, and promise no .8."""
    few = make_model([0.9] * 4 + [0.1] * 40, [1] * 4 + [0] * 40)
    found = measure_promise(few, np.array([0.95, 0.2]), np.array([True, False]), 0.8)
    assert found["threshold"] is None
    assert found["reason"]
    assert (found["approved"], found["precision"], found["recall"]) == (0, None, 0)


def test_a_threshold_is_chosen_before_the_period_and_measured_on_it():
    fold = make_model([0.9] * 60 + [0.1] * 40, [1] * 60 + [0] * 40)
    tested, labels = np.array([0.95, 0.9, 0.92, 0.2]), np.array([True, False, True, True])
    found = measure_promise(fold, tested, labels, 0.8)
    assert found["threshold"] == pytest.approx(0.9)
    assert (found["approved"], found["precision"]) == (3, pytest.approx(2 / 3))
    assert found["recall"] == pytest.approx(2 / 3)


def test_the_columns_of_a_model_without_records_are_not_of_them():
    groups, columns = np.array(list(feature_groups().values())), list_columns()
    assert not {"client", "recruiter"} & set(groups[columns["without both"]])
    assert "client" in groups[columns["with client"]]
    assert "recruiter" not in groups[columns["with client"]]
    assert len(columns["with client and recruiter"]) == len(groups)
