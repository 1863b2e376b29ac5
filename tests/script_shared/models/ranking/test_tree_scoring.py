"""A forest scores as the library that grew it does."""

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.models.ranking.tree_scoring import TreeEnsemble

promise = settings(deadline=None, derandomize=True, database=None, max_examples=20)
COLUMNS = 3


@pytest.fixture(scope="module")
def booster():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2_000, COLUMNS))
    wanted = np.abs(features[:, 0]) + features[:, 1] + rng.normal(size=2_000)
    told = {"num_leaves": 12, "seed": 0, "verbosity": -1, "num_threads": 1}
    return lightgbm.train(told, lightgbm.Dataset(features, wanted), 20)


@pytest.fixture(scope="module")
def forest(booster):
    return TreeEnsemble.of(booster.dump_model()["tree_info"])


@promise
@given(rows=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_the_forest_scores_as_the_library_does(booster, forest, rows, seed):
    features = np.random.default_rng(seed).normal(size=(rows, COLUMNS)).astype(np.float32)
    assert forest.score(features).tolist() == pytest.approx(booster.predict(features).tolist())


def test_a_value_at_a_threshold_goes_left_and_the_next_above_it_right(booster, forest):
    found = forest.thresholds[np.isfinite(forest.thresholds)]
    at = np.repeat(found[:, None], COLUMNS, axis=1)
    for features in (at, np.nextafter(at, np.float32(np.inf))):
        assert forest.score(features).tolist() == pytest.approx(booster.predict(features).tolist())


def test_no_rows_have_no_scores(forest):
    assert forest.score(np.empty((0, COLUMNS), np.float32)).tolist() == []


def test_a_tree_that_is_one_leaf_gives_its_value():
    forest = TreeEnsemble.of([{"tree_structure": {"leaf_value": 0.5}}] * 2)
    assert forest.score(np.zeros((3, COLUMNS), np.float32)).tolist() == [1.0] * 3


def test_what_was_dumped_scores_as_what_was_grown(forest):
    features = np.random.default_rng(1).normal(size=(30, COLUMNS)).astype(np.float32)
    assert TreeEnsemble.load(forest.dump()).score(features).tolist() == forest.score(features).tolist()


def test_a_tree_of_more_leaves_than_a_mask_has_bits_is_refused():
    node = {"leaf_value": 0.0}
    for _ in range(32):
        node = {"split_feature": 0, "threshold": 0.0, "left_child": node, "right_child": {"leaf_value": 1.0}}
    with pytest.raises(ValueError, match="33 leaves"):
        TreeEnsemble.of([{"tree_structure": node}])


def test_a_tree_may_have_as_many_leaves_as_a_mask_has_bits():
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
    assert TreeEnsemble.of([{"tree_structure": node}]).score(rows).tolist() == expected
