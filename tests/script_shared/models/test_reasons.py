"""The reason of an item is what its weighted features add most to, and it is true."""

from collections import Counter

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.models.base import Component
from script_shared.models.reasons import BECAUSE_YOU_READ, NEAR_YOU, NEW, TRENDING, Reason
from script_shared.models.two_stage import REASONS
from script_shared.vocabulary import UNKNOWN
from tests.support.contracts import drawn, some_queries

SEGMENTS = range(3)


@pytest.fixture(scope="module")
def models():
    made = [segment.make_model() for segment in news_segments({})]
    for model in made:
        model.fit(drawn()[0], lambda reader: True)
    return made


def listed(model, query, n=20):
    state = drawn()[1]
    ranked = model.recommend(query, state, n)
    items = np.array([each.item for each in ranked], np.int32)
    return ranked, items, model.reasons(query, state, items)


def by_hand(model, query, items):
    """The same from what `explain` says: the sums by reason, against the mean of the head."""
    state = drawn()[1]
    head = [each.item for each in model.recommend(query, state, model.scorer.head)]
    rows = np.concatenate([items, np.array(head, np.int32)])
    added = np.array([list(each.values()) for each in model.explain(query, state, rows)])
    values = model.features(query, state, rows).astype(float)
    added, values = (each[: len(items)] - each[len(items) :].mean(axis=0) for each in (added, values))
    sums, column = np.zeros((len(items), len(REASONS))), 0
    for part in model.components:
        own = slice(column, column + len(part.feature_names))
        signs = [-1 if name in part.descending else 1 for name in part.feature_names]
        speaks = values[:, own] @ signs > 0
        sums[:, REASONS.index(part.reason)] += np.where(speaks, added[:, own].sum(axis=1), 0.0)
        column = own.stop
    return np.maximum(sums, 0.0)


@pytest.mark.parametrize("segment", SEGMENTS)
def test_it_is_what_the_explanation_says(models, segment):
    model, seen = models[segment], Counter()
    for query in some_queries():
        _, items, reasons = listed(model, query)
        for sums, reason in zip(by_hand(model, query, items), reasons, strict=True):
            seen[reason.name] += 1
            best = np.sort(sums)[::-1]
            if reason.name == REASONS[int(sums.argmax())] or best[0] - best[1] < 1e-4:
                continue
            # Only a read that no co-read leads from may give way to the next.
            assert REASONS[int(sums.argmax())] == BECAUSE_YOU_READ
            assert reason.source == UNKNOWN
    assert len(seen) >= 3


@pytest.mark.parametrize("segment", SEGMENTS)
def test_a_read_that_is_named_is_the_reader_s(models, segment):
    for query in some_queries():
        for reason in listed(models[segment], query)[2]:
            assert (reason.name == BECAUSE_YOU_READ) == (reason.source != UNKNOWN)
            assert reason.source == UNKNOWN or reason.source in query.history


@pytest.mark.parametrize("segment", SEGMENTS)
def test_nobody_is_told_of_reads_without_any(models, segment):
    strangers = [query for query in some_queries() if not len(query.history)]
    assert strangers
    for query in strangers:
        assert {reason.name for reason in listed(models[segment], query)[2]} <= {TRENDING, NEAR_YOU, NEW}


@pytest.mark.parametrize("segment", SEGMENTS)
def test_it_follows_the_component_that_has_all_the_weight(models, segment):
    model = models[segment]
    whole, column, seen = model.scorer.weights.copy(), 0, Counter()
    try:
        for part in model.components:
            own = slice(column, column + len(part.feature_names))
            column = own.stop
            model.scorer.weights = np.zeros(len(whole))
            model.scorer.weights[own] = [-1.0 if x in part.descending else 1.0 for x in part.feature_names]
            for query in some_queries()[:10]:
                found = {reason.name for reason in listed(model, query)[2]}
                assert found <= {part.reason, TRENDING}
                seen.update(found)
    finally:
        model.scorer.weights = whole
    assert len(seen) >= 4


def test_what_was_not_ranked_has_none(models):
    model, state = models[0], drawn()[1]
    query, other = [each for each in some_queries() if len(each.history) > 2][:2]
    ranked, items, _ = listed(model, query)
    assert model.reasons(other, state, items) == [None] * len(ranked)
    read = query.history[:1]
    assert model.reasons(query, state, read) == [None]


def test_a_component_says_nothing_of_reads_by_default():
    assert Component.sources(None, None, None, np.arange(3)).tolist() == [UNKNOWN] * 3
    assert Reason(TRENDING).source == UNKNOWN
