"""What is said to speak for an item adds up to its score."""

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.models.ranking.lambdamart import TreeParameters, grow
from script_shared.models.two_stage import TREES
from tests.support.contracts import drawn, some_queries


def fitted(trees):
    """The model of the logged; with trees it has some that tell items apart, whatever they were told."""
    model = news_segments({})[0].make_model()
    model.fit(drawn()[0], lambda reader: True)
    if trees:
        features = np.random.default_rng(0).normal(size=(600, len(model.feature_names))).astype(np.float32)
        chosen = np.arange(600) % 12 == 0
        model.scorer.trees = grow(features, np.full(50, 12), chosen, TreeParameters(rows=5, rounds=9))
    return model


@pytest.mark.parametrize("trees", [False, True])
def test_the_shares_of_features_and_trees_are_the_whole_score(trees):
    model, (_, state) = fitted(trees), drawn()
    shares = []
    for query in some_queries():
        ranked = model.recommend(query, state, 20)
        why = model.explain(query, state, np.array([each.item for each in ranked], np.int32))
        assert [sum(each.values()) for each in why] == pytest.approx([each.score for each in ranked])
        assert all((TREES in each) == trees for each in why)
        shares += [each.get(TREES, 0.0) for each in why]
    assert (len(set(shares)) > 2) == trees


def test_trees_add_nothing_to_what_was_not_ranked():
    model, (_, state) = fitted(trees=True), drawn()
    query = next(each for each in some_queries() if len(each.history))
    [why] = model.explain(query, state, query.history[:1])
    assert why[TREES] == 0.0
