"""The contributions of the features and of the trees to a score."""

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.models.ranking.lambdamart import TreeParameters, fit_trees
from script_shared.models.two_stage import TREES
from tests.support.contracts import dataset_and_state, user_queries


def fit_model(with_trees):
    """Return the model of logged-in users; its trees, if any, are fitted on random features."""
    model = news_segments({})[0].make_model()
    model.fit(dataset_and_state()[0], lambda user: True)
    if with_trees:
        features = np.random.default_rng(0).normal(size=(600, len(model.feature_names))).astype(np.float32)
        chosen = np.arange(600) % 12 == 0
        parameters = TreeParameters(min_leaf_rows=5, rounds=9)
        model.scorer.trees = fit_trees(features, np.full(50, 12), chosen, parameters)
    return model


@pytest.mark.parametrize("with_trees", [False, True])
def test_contributions_add_up_to_the_score(with_trees):
    model, (_, state) = fit_model(with_trees), dataset_and_state()
    tree_contributions = []
    for query in user_queries():
        ranked = model.recommend(query, state, 20)
        explained = model.explain(query, state, np.array([scored.item for scored in ranked], np.int32))
        sums = [sum(contributions.values()) for contributions in explained]
        assert sums == pytest.approx([scored.score for scored in ranked])
        assert all((TREES in contributions) == with_trees for contributions in explained)
        tree_contributions += [contributions.get(TREES, 0.0) for contributions in explained]
    assert (len(set(tree_contributions)) > 2) == with_trees


def test_trees_add_nothing_to_an_item_that_was_not_ranked():
    model, (_, state) = fit_model(with_trees=True), dataset_and_state()
    query = next(query for query in user_queries() if len(query.history))
    [contributions] = model.explain(query, state, query.history[:1])
    assert contributions[TREES] == 0.0
