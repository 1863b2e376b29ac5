"""The planted score of generated data, calibrated: honest on unseen openings, and so is its threshold."""

import numpy as np
import pytest

from pipelines.domains.recruiting.sources.synthetic import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import STATUSES
from pipelines.domains.recruiting.sources.synthetic.world import make_world
from script_shared.domains.recruiting.labels import HIRED
from script_shared.evaluation.classification.calibration import choose
from script_shared.evaluation.classification.logistic import sigmoid
from script_shared.evaluation.classification.precision_threshold import find_precision_threshold
from script_shared.evaluation.classification.reliability import calibration_error
from script_shared.evaluation.proportions import clopper_pearson_lower

#: Five times the base rate of .06; even the planted score cannot promise .8 for undivided applications.
MIN_PRECISION = 0.3


@pytest.fixture(scope="module", params=[1, 2])
def folds(request):
    """Score and outcome of all applications in three parts; no opening is in two of them."""
    world = make_world(1.0, request.param, WorldOptions())
    is_hired = np.isin([status.name for status in STATUSES], HIRED)[world.outcomes.status]
    scores = sigmoid(world.scores.z.astype(np.float64))
    part = world.applications.opening % 3
    return [(scores[part == n], is_hired[part == n]) for n in range(3)]


def test_calibrated_probabilities_are_right_on_unseen_openings(folds):
    calibrator = choose(*folds[0], *folds[1]).calibrator
    scores, is_hired = folds[2]
    assert len(scores) > 15_000
    assert calibration_error(scores, is_hired) > 0.1
    assert calibration_error(calibrator.apply(scores), is_hired) <= 0.02


def test_precision_above_the_threshold_is_kept_on_unseen_openings(folds):
    found = find_precision_threshold(*folds[1], MIN_PRECISION)
    scores, is_hired = folds[2]
    approved = is_hired[scores >= found.threshold]
    assert len(approved) > 100
    misses = len(approved) - int(approved.sum())
    highest = 1 - clopper_pearson_lower(np.array([misses]), np.array([len(approved)]), 0.95)[0]
    assert found.lower_limit >= MIN_PRECISION
    assert approved.mean() > 2 * is_hired.mean()
    assert highest >= MIN_PRECISION
