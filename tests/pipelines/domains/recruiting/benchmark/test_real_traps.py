"""What the two traps of this data would add to our figures, on the real files.

Figures of public projects on these files come from random splits, and from columns that are written with the
outcome. Both traps are set here, and lift the figures of the same trees on the same features.
"""

import numpy as np
import pytest

from pipelines.domains.recruiting.benchmark.period_data import PeriodData
from pipelines.domains.recruiting.benchmark.periods import PERIODS
from pipelines.domains.recruiting.sources import SOURCES
from script_shared.domains.recruiting.labels import PLACED
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.evaluation.classification.measures import pr_auc, roc_auc
from script_shared.models.ranking.boosting import BoostingParameters, fit_probabilities

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
TREES = BoostingParameters(rounds=150, ensembles=1)


@pytest.fixture(scope="module")
def data(real_data):
    tables = SOURCES["decision"].refine(real_data / "decision").tables
    return PeriodData.build(tables, PERIODS["2024-01 on"], MatchParameters())


def measure(features, labels, train, test):
    """Return ROC-AUC and PR-AUC of trees."""
    trees = fit_probabilities(features[train], labels[train], TREES)
    scores = trees.score(features[test])
    return roc_auc(scores, labels[test]), pr_auc(scores, labels[test])


@pytest.fixture(scope="module")
def by_time(data):
    return measure(data.features, data.has_status(PLACED), data.known, data.tested)


def test_a_random_split_lifts_the_figures(data, by_time):
    """As many rows are tested; other applications to the same openings are among the training rows."""
    rows = np.random.default_rng(0).permutation(np.concatenate([data.known, data.tested]))
    test, train = np.split(rows, [len(data.tested)])
    found = measure(data.features, data.has_status(PLACED), np.sort(train), np.sort(test))
    assert found[1] > by_time[1] + 0.03


def test_days_to_the_last_update_lift_the_figures(data, by_time):
    updated, applied = (data.applications[name].dt.epoch("d") for name in ("updated_at", "timestamp"))
    days = (updated - applied).cast(float).fill_null(np.nan).to_numpy()
    features = np.column_stack([data.features, days]).astype(np.float32)
    found = measure(features, data.has_status(PLACED), data.known, data.tested)
    assert found[0] > by_time[0] + 0.02
    assert found[1] > by_time[1] + 0.04
