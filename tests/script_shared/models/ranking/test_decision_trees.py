"""Trees of LightGBM and XGBoost score and explain like the libraries that fitted them."""

import json

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.ranking.decision_trees import DecisionTrees
from script_shared.models.ranking.tree_contributions import TreeExplainer

property_test = settings(deadline=None, derandomize=True, database=None, max_examples=20)
COLUMNS = 4


def draw_features(seed, rows, missing=0.2):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(rows, COLUMNS)).astype(np.float32)
    features[rng.random(features.shape) < missing] = np.nan
    return features


def draw_labels(features, seed=0):
    known = np.nan_to_num(features, nan=-0.5)
    noise = np.random.default_rng(seed).normal(size=len(features))
    return known[:, 0] * known[:, 1] + np.abs(known[:, 2]) + noise > 0.7


@pytest.fixture(scope="module", params=[0.2, 0.0], ids=["with missing values", "without"])
def booster(request):
    features = draw_features(0, 2_000, request.param)
    options = {"objective": "binary", "num_leaves": 40, "seed": 0, "verbosity": -1, "num_threads": 1}
    return lightgbm.train(options, lightgbm.Dataset(features, draw_labels(features)), 20)


@pytest.fixture(scope="module")
def trees(booster):
    return DecisionTrees.from_lightgbm(booster.dump_model()["tree_info"])


@property_test
@given(rows=st.integers(0, 40), seed=st.integers(0, 2**32 - 1))
def test_scores_equal_those_of_lightgbm(booster, trees, rows, seed):
    features = draw_features(seed, rows)
    expected = booster.predict(features, raw_score=True) if rows else np.empty(0)
    assert trees.score(features) == pytest.approx(expected)


@property_test
@given(rows=st.integers(1, 10), seed=st.integers(0, 2**32 - 1))
def test_contributions_equal_those_of_lightgbm(booster, trees, rows, seed):
    features = draw_features(seed, rows)
    expected = booster.predict(features, pred_contrib=True)[:, :-1]
    assert TreeExplainer(trees).explain(features) == pytest.approx(expected, abs=1e-9)


def test_contributions_sum_to_the_score_minus_the_mean_score(trees):
    features = draw_features(3, 50)
    rest = trees.score(features) - TreeExplainer(trees).explain(features).sum(axis=1)
    assert rest == pytest.approx(np.full(50, rest[0]))


def test_feature_that_no_split_uses_contributes_nothing():
    leaf = {"leaf_value": 1.0, "leaf_count": 3}, {"leaf_value": 5.0, "leaf_count": 1}
    split = {"split_feature": 1, "threshold": 0.0, "internal_count": 4, "default_left": True}
    root = split | {"missing_type": "NaN", "left_child": leaf[0], "right_child": leaf[1]}
    trees = DecisionTrees.from_lightgbm([{"tree_structure": root}])
    # The mean of the training rows is 2: a row on the right is 3 above it, one on the left 1 below.
    rows = np.array([[9, 1, 9], [9, -1, 9], [9, np.nan, 9]], np.float32)
    assert TreeExplainer(trees).explain(rows).tolist() == [[0, 3, 0], [0, -1, 0], [0, -1, 0]]


def test_tree_with_one_leaf_adds_its_value():
    trees = DecisionTrees.from_lightgbm([{"tree_structure": {"leaf_value": 0.5}}] * 2)
    rows = np.zeros((3, COLUMNS), np.float32)
    assert trees.score(rows).tolist() == [1.0] * 3
    assert not TreeExplainer(trees).explain(rows).any()


def test_loaded_trees_score_like_the_fitted_ones(trees):
    features = draw_features(1, 30)
    assert DecisionTrees.load(trees.dump()).score(features).tolist() == trees.score(features).tolist()


@pytest.fixture(scope="module")
def xgboost_model(tmp_path_factory):
    xgboost = pytest.importorskip("xgboost")
    features = draw_features(0, 2_000)
    data = xgboost.DMatrix(features, draw_labels(features))
    options = {"objective": "binary:logistic", "max_depth": 7, "seed": 42, "nthread": 1}
    booster = xgboost.train(options, data, 20)
    path = tmp_path_factory.mktemp("xgboost") / "model.json"
    booster.save_model(path)
    return booster, DecisionTrees.from_xgboost(json.loads(path.read_text()))


@property_test
@given(rows=st.integers(1, 10), seed=st.integers(0, 2**32 - 1))
def test_scores_and_contributions_equal_those_of_xgboost(xgboost_model, rows, seed):
    import xgboost

    booster, trees = xgboost_model
    features = draw_features(seed, rows)
    data = xgboost.DMatrix(features)
    assert trees.score(features) == pytest.approx(booster.predict(data, output_margin=True), abs=1e-5)
    expected = booster.predict(data, pred_contribs=True)[:, :-1]
    assert TreeExplainer(trees).explain(features) == pytest.approx(expected, abs=1e-5)
