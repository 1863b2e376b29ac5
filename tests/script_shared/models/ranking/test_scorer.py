"""How features become an order, on lists whose right order is known."""

import numpy as np
import pytest

from script_shared.models.ranking.lambdamart import TreeParameters
from script_shared.models.ranking.scorer import MIN_LISTS, MIN_LISTS_FOR_TREES, Scorer, ScorerParameters

NAMES = ("popularity_1h", "right", "noise")


def lists(count, chooses, *, items=12, seed=0):
    """Lists of random features in which the item with the highest `chooses(features)` was read."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        features = rng.normal(size=(items, len(NAMES))).astype(np.float32)
        chosen = np.arange(items) == np.argmax(chooses(features))
        made.append((features, chosen))
    return made


def straight(features):
    return 2 * features[:, 1] - features[:, 0]


def bent(features):
    """What no weighted sum can say: the middle is best."""
    return -np.abs(features[:, 1])


def fitted(some, **parameters):
    ranking = Scorer(NAMES, ScorerParameters(**parameters))
    ranking.fit(some)
    return ranking


def hits(ranking, some):
    return np.mean([np.argmax(ranking.score(features)) == np.argmax(chosen) for features, chosen in some])


def test_with_few_lists_one_feature_ranks_alone():
    ranking = fitted(lists(MIN_LISTS - 1, straight))
    assert ranking.weights.tolist() == [1.0, 0.0, 0.0]
    assert ranking.trees is None


def test_weights_find_what_decides_and_in_which_proportion():
    ranking = fitted(lists(400, straight), trees=None)
    popularity, right, noise = ranking.weights
    assert right / -popularity == pytest.approx(2.0, rel=0.15)
    assert abs(noise) < 0.1 * right


def test_trees_are_kept_where_they_see_what_weights_cannot():
    small = TreeParameters(rows=5, rounds=40)
    bent_lists = lists(MIN_LISTS_FOR_TREES * 2, bent)
    ranking = fitted(bent_lists, trees=small)
    held_out = ranking.dump().document["held_out_ndcg"]
    assert held_out["with_trees"] > held_out["weights"]
    assert ranking.trees is not None
    new = lists(200, bent, seed=1)
    assert hits(ranking, new) > 2 * hits(fitted(bent_lists, trees=None), new)


def test_trees_are_left_out_where_they_do_not_help():
    coarse = TreeParameters(leaves=2, rounds=1, rows=1_000)
    assert fitted(lists(MIN_LISTS_FOR_TREES, straight), trees=coarse).trees is None


def test_only_the_head_is_ordered_by_trees():
    made = lists(MIN_LISTS_FOR_TREES, bent, items=40)
    ranking = fitted(made, trees=TreeParameters(rows=5, rounds=40), head=5)
    assert ranking.trees is not None
    features = made[0][0]
    by_weights = np.argsort(-(features @ ranking.weights), kind="stable")
    ranked = np.argsort(-ranking.score(features), kind="stable")
    assert set(ranked[:5]) == set(by_weights[:5])
    assert ranked[5:].tolist() == by_weights[5:].tolist()


def test_what_was_dumped_scores_as_what_was_fitted():
    made = lists(MIN_LISTS_FOR_TREES, bent)
    ranking, again = fitted(made, trees=TreeParameters(rows=5)), Scorer(NAMES, ScorerParameters())
    again.load(ranking.dump())
    assert again.trees is not None
    assert again.fitted_on == len(made)
    for features, _ in made[:20]:
        assert again.score(features).tolist() == ranking.score(features).tolist()
