"""The parameters of the classifier of pairs agree with what they name."""

from typing import get_args

from script_shared.domains.recruiting.matching.parameters import CalibrationMethod
from script_shared.evaluation.classification.calibration import METHODS


def test_the_methods_of_calibration_are_all_that_exist():
    assert get_args(CalibrationMethod) == METHODS
