"""The scorer on lists whose correct order is known."""

import numpy as np
import pytest

from script_shared.models.ranking.lambdamart import TreeParameters
from script_shared.models.ranking.scorer import MIN_LISTS, MIN_LISTS_FOR_TREES, Scorer, ScorerParameters

NAMES = ("popularity_1h", "informative", "noise")


def make_lists(count, utility, *, items=12, seed=0):
    """Return lists of random features in which the item with the highest utility is chosen."""
    rng = np.random.default_rng(seed)
    lists = []
    for _ in range(count):
        features = rng.normal(size=(items, len(NAMES))).astype(np.float32)
        chosen = np.arange(items) == np.argmax(utility(features))
        lists.append((features, chosen))
    return lists


def linear_utility(features):
    return 2 * features[:, 1] - features[:, 0]


def nonlinear_utility(features):
    """Return a utility that no weighted sum represents: it is highest for features close to 0."""
    return -np.abs(features[:, 1])


def fit_scorer(lists, **parameters):
    scorer = Scorer(NAMES, ScorerParameters(**parameters))
    scorer.fit(lists)
    return scorer


def hit_rate(scorer, lists):
    return np.mean([np.argmax(scorer.score(features)) == np.argmax(chosen) for features, chosen in lists])


def test_with_few_lists_only_the_default_feature_has_weight():
    scorer = fit_scorer(make_lists(MIN_LISTS - 1, linear_utility))
    assert scorer.weights.tolist() == [1.0, 0.0, 0.0]
    assert scorer.trees is None


def test_weights_have_the_true_proportion():
    scorer = fit_scorer(make_lists(400, linear_utility), trees=None)
    popularity, informative, noise = scorer.weights
    assert informative / -popularity == pytest.approx(2.0, rel=0.15)
    assert abs(noise) < 0.1 * informative


def test_trees_are_kept_where_they_improve_the_ranking():
    small_trees = TreeParameters(min_leaf_rows=5, rounds=40)
    lists = make_lists(MIN_LISTS_FOR_TREES * 2, nonlinear_utility)
    scorer = fit_scorer(lists, trees=small_trees)
    ndcg = scorer.dump().document["held_out_ndcg"]
    assert ndcg["with_trees"] > ndcg["weights"]
    assert scorer.trees is not None
    new_lists = make_lists(200, nonlinear_utility, seed=1)
    assert hit_rate(scorer, new_lists) > 2 * hit_rate(fit_scorer(lists, trees=None), new_lists)


def test_trees_are_dropped_where_they_do_not_improve_the_ranking():
    coarse_trees = TreeParameters(leaves=2, rounds=1, min_leaf_rows=1_000)
    assert fit_scorer(make_lists(MIN_LISTS_FOR_TREES, linear_utility), trees=coarse_trees).trees is None


def test_trees_reorder_the_head_only():
    lists = make_lists(MIN_LISTS_FOR_TREES, nonlinear_utility, items=40)
    scorer = fit_scorer(lists, trees=TreeParameters(min_leaf_rows=5, rounds=40), head=5)
    assert scorer.trees is not None
    features = lists[0][0]
    by_weights = np.argsort(-(features @ scorer.weights), kind="stable")
    ranked = np.argsort(-scorer.score(features), kind="stable")
    assert set(ranked[:5]) == set(by_weights[:5])
    assert ranked[5:].tolist() == by_weights[5:].tolist()


def test_loaded_scorer_scores_like_the_fitted_one():
    lists = make_lists(MIN_LISTS_FOR_TREES, nonlinear_utility)
    scorer, loaded = (
        fit_scorer(lists, trees=TreeParameters(min_leaf_rows=5)),
        Scorer(NAMES, ScorerParameters()),
    )
    loaded.load(scorer.dump())
    assert loaded.trees is not None
    assert loaded.fitted_on == len(lists)
    for features, _ in lists[:20]:
        assert loaded.score(features).tolist() == scorer.score(features).tolist()
