"""The tree ensemble scores like LightGBM."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.ranking.tree_scoring import TreeEnsemble

property_test = settings(deadline=None, derandomize=True, database=None, max_examples=20)
COLUMNS = 3


@pytest.fixture(scope="module")
def booster():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2_000, COLUMNS))
    targets = np.abs(features[:, 0]) + features[:, 1] + rng.normal(size=2_000)
    options = {"num_leaves": 12, "seed": 0, "verbosity": -1, "num_threads": 1}
    return lightgbm.train(options, lightgbm.Dataset(features, targets), 20)


@pytest.fixture(scope="module")
def ensemble(booster):
    return TreeEnsemble.from_lightgbm(booster.dump_model()["tree_info"])


@property_test
@given(rows=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_scores_equal_those_of_lightgbm(booster, ensemble, rows, seed):
    features = np.random.default_rng(seed).normal(size=(rows, COLUMNS)).astype(np.float32)
    assert ensemble.score(features).tolist() == pytest.approx(booster.predict(features).tolist())


def test_value_at_a_threshold_goes_left_and_the_next_above_it_right(booster, ensemble):
    thresholds = ensemble.thresholds[np.isfinite(ensemble.thresholds)]
    at_threshold = np.repeat(thresholds[:, None], COLUMNS, axis=1)
    for features in (at_threshold, np.nextafter(at_threshold, np.float32(np.inf))):
        assert ensemble.score(features).tolist() == pytest.approx(booster.predict(features).tolist())


def test_empty_table_has_no_scores(ensemble):
    assert ensemble.score(np.empty((0, COLUMNS), np.float32)).tolist() == []


def test_tree_with_one_leaf_returns_its_value():
    ensemble = TreeEnsemble.from_lightgbm([{"tree_structure": {"leaf_value": 0.5}}] * 2)
    assert ensemble.score(np.zeros((3, COLUMNS), np.float32)).tolist() == [1.0] * 3


def test_loaded_ensemble_scores_like_the_fitted_one(ensemble):
    features = np.random.default_rng(1).normal(size=(30, COLUMNS)).astype(np.float32)
    assert TreeEnsemble.load(ensemble.dump()).score(features).tolist() == ensemble.score(features).tolist()


def test_tree_with_too_many_leaves_is_rejected():
    node = {"leaf_value": 0.0}
    for _ in range(32):
        node = {"split_feature": 0, "threshold": 0.0, "left_child": node, "right_child": {"leaf_value": 1.0}}
    with pytest.raises(ValueError, match="33 leaves"):
        TreeEnsemble.from_lightgbm([{"tree_structure": node}])


def test_tree_may_have_32_leaves():
    node = {"leaf_value": 31.0}
    for leaf in reversed(range(31)):
        node = {
            "split_feature": 0,
            "threshold": leaf,
            "left_child": {"leaf_value": leaf},
            "right_child": node,
        }
    rows = np.arange(-1, 40, dtype=np.float32)[:, None]
    expected = [float(sum(row > leaf for leaf in range(31))) for row in rows[:, 0]]
    assert TreeEnsemble.from_lightgbm([{"tree_structure": node}]).score(rows).tolist() == expected
