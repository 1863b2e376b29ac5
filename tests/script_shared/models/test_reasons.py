"""The reason of an item is that of the component which contributes most to its score."""

from collections import Counter

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.models.base import Component
from script_shared.models.ranking.reason_attribution import REASONS
from script_shared.models.reasons import CONTEXT, FOLLOWS_ITEM, NEW, TRENDING, Reason
from script_shared.vocabulary import UNKNOWN
from tests.support.contracts import dataset_and_state, user_queries

SEGMENTS = range(3)


@pytest.fixture(scope="module")
def models():
    models = [segment.make_model() for segment in news_segments({})]
    for model in models:
        model.fit(dataset_and_state()[0], lambda user: True)
    return models


def recommend_with_reasons(model, query, n=20):
    state = dataset_and_state()[1]
    ranked = model.recommend(query, state, n)
    items = np.array([scored.item for scored in ranked], np.int32)
    return ranked, items, model.reasons(query, state, items)


def sums_by_reason(model, query, items):
    """Return the contributions by reason, from `explain`, relative to the mean of the list's head."""
    state = dataset_and_state()[1]
    head = [scored.item for scored in model.recommend(query, state, model.scorer.head)]
    rows = np.concatenate([items, np.array(head, np.int32)])
    products = np.array([list(features.values()) for features in model.explain(query, state, rows)])
    values = model.features(query, state, rows).astype(float)
    products, values = (
        table[: len(items)] - table[len(items) :].mean(axis=0) for table in (products, values)
    )
    sums, column = np.zeros((len(items), len(REASONS))), 0
    for component in model.components:
        columns = slice(column, column + len(component.feature_names))
        signs = [-1 if name in component.descending else 1 for name in component.feature_names]
        is_favourable = values[:, columns] @ signs > 0
        added = np.where(is_favourable, products[:, columns].sum(axis=1), 0.0)
        sums[:, REASONS.index(component.reason)] += added
        column = columns.stop
    return np.maximum(sums, 0.0)


@pytest.mark.parametrize("segment", SEGMENTS)
def test_reason_agrees_with_the_explanation(models, segment):
    model, counts = models[segment], Counter()
    for query in user_queries():
        _, items, reasons = recommend_with_reasons(model, query)
        for sums, reason in zip(sums_by_reason(model, query, items), reasons, strict=True):
            counts[reason.name] += 1
            best = np.sort(sums)[::-1]
            if reason.name == REASONS[int(sums.argmax())] or best[0] - best[1] < 1e-4:
                continue
            # Only a reason that needs a source is replaced by the next one, where no source is found.
            assert REASONS[int(sums.argmax())] == FOLLOWS_ITEM
            assert reason.source == UNKNOWN
    assert len(counts) >= 3


@pytest.mark.parametrize("segment", SEGMENTS)
def test_source_is_in_the_history(models, segment):
    for query in user_queries():
        for reason in recommend_with_reasons(models[segment], query)[2]:
            assert (reason.name == FOLLOWS_ITEM) == (reason.source != UNKNOWN)
            assert reason.source == UNKNOWN or reason.source in query.history


@pytest.mark.parametrize("segment", SEGMENTS)
def test_reasons_without_a_history_do_not_depend_on_one(models, segment):
    without_history = [query for query in user_queries() if not len(query.history)]
    assert without_history
    for query in without_history:
        reasons = recommend_with_reasons(models[segment], query)[2]
        assert {reason.name for reason in reasons} <= {TRENDING, CONTEXT, NEW}


@pytest.mark.parametrize("segment", SEGMENTS)
def test_reason_is_that_of_the_only_component_with_weight(models, segment):
    model = models[segment]
    weights, column, counts = model.scorer.weights.copy(), 0, Counter()
    try:
        for component in model.components:
            columns = slice(column, column + len(component.feature_names))
            column = columns.stop
            model.scorer.weights = np.zeros(len(weights))
            model.scorer.weights[columns] = [
                -1.0 if name in component.descending else 1.0 for name in component.feature_names
            ]
            for query in user_queries()[:10]:
                names = {reason.name for reason in recommend_with_reasons(model, query)[2]}
                assert names <= {component.reason, TRENDING}
                counts.update(names)
    finally:
        model.scorer.weights = weights
    assert len(counts) >= 4


def test_item_that_was_not_ranked_has_no_reason(models):
    model, state = models[0], dataset_and_state()[1]
    query, other_query = [query for query in user_queries() if len(query.history) > 2][:2]
    ranked, items, _ = recommend_with_reasons(model, query)
    assert model.reasons(other_query, state, items) == [None] * len(ranked)
    assert model.reasons(query, state, query.history[:1]) == [None]


def test_component_has_no_source_items_by_default():
    assert Component.source_items(None, None, None, np.arange(3)).tolist() == [UNKNOWN] * 3
    assert Reason(TRENDING).source == UNKNOWN
