"""Lists of an engine: length, segments, fallback."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.components.popularity import MostPopular
from script_shared.models.components.recency import Recency
from script_shared.models.two_stage import TwoStageParameters, TwoStageRecommender
from script_shared.releases.registry import Registry
from script_shared.segments import Segment
from script_shared.state.state import State, StateParameters
from script_shared.types import Request
from script_shared.vocabulary import UNKNOWN, Vocabulary
from tests.support.small_datasets import item_ids, make_dataset, make_query

property_test = settings(deadline=None, derandomize=True, database=None, max_examples=60)


@pytest.fixture(scope="module")
def engine_and_histories(small_volume):
    """The engine of a small release, the history of each user, and all items."""
    release = Registry(small_volume.releases).open()
    engine = Engine.load(release, NEWS, FixedClock(release.manifest.as_of_ms))
    users, items = (Vocabulary.restore(release.bundle(f"state/{x}").arrays) for x in ("users", "vocabulary"))
    arrays = release.bundle("state/histories").arrays
    histories = {
        user: [
            items[item]
            for item in arrays["items"][slice(*arrays["offsets"][position : position + 2])].tolist()
        ]
        for position, user in enumerate(users)
    }
    return engine, histories, set(items)


@st.composite
def requests(draw, histories, items):
    recent = st.sampled_from([*sorted(items), "unheard of"])
    return Request(
        user_id=draw(st.none() | st.sampled_from(["nobody", "", *sorted(histories)])),
        n=draw(st.integers(1, 150)),
        user_type=draw(st.sampled_from([None, "Logged", "Non-Logged"])),
        context=draw(
            st.dictionaries(st.sampled_from(["region", "device"]), st.sampled_from(["1", "2", "x"]))
        ),
        recent_items=tuple(draw(st.lists(recent, max_size=12))),
    )


def get_history(request, histories, items):
    return histories.get(request.user_id, []) + [item for item in request.recent_items if item in items]


def find_expected_segment(user_type, count):
    """Return the segment by the rule: logged from login or five interactions, semi-logged from two."""
    if user_type == "Logged" or (user_type is None and count >= 5):
        return "logged"
    return "semi_logged" if count >= 2 else "anonymous"


@property_test
@given(st.data())
def test_list_contains_as_many_distinct_unseen_items_as_the_catalogue_has(engine_and_histories, data):
    engine, histories, items = engine_and_histories
    request = data.draw(requests(histories, items))
    unseen = items - set(get_history(request, histories, items))
    listed = [item.item_id for item in engine.recommend(request).items]
    assert len(listed) == len(set(listed)) == min(request.n, len(unseen))
    assert set(listed) <= unseen


@property_test
@given(st.data())
def test_segment_follows_the_rule(engine_and_histories, data):
    engine, histories, items = engine_and_histories
    request = data.draw(requests(histories, items))
    result = engine.recommend(request)
    assert result.segment == find_expected_segment(
        request.user_type, len(get_history(request, histories, items))
    )
    assert (
        result.model
        == {"logged": "hybrid", "semi_logged": "clusters", "anonymous": "popularity"}[result.segment]
    )


@property_test
@given(st.data())
def test_last_items_come_from_the_fallback(engine_and_histories, data):
    engine, histories, items = engine_and_histories
    result = engine.recommend(data.draw(requests(histories, items)))
    catalogue = [item.reason == "catalogue" for item in result.items]
    assert catalogue == sorted(catalogue), "catalogue items come last"
    assert sum(catalogue) <= result.fallback <= len(result.items)
    scores = [item.score for item in result.items[: len(result.items) - result.fallback]]
    assert scores == sorted(scores, reverse=True)


@property_test
@given(st.data())
def test_equal_requests_at_the_same_moment_have_equal_results(engine_and_histories, data):
    engine, histories, items = engine_and_histories
    request, other_request = data.draw(requests(histories, items)), data.draw(requests(histories, items))
    first = engine.recommend(request)
    engine.recommend(other_request)
    assert engine.recommend(request) == first


def test_recent_items_count_as_history(engine_and_histories):
    engine, _, _ = engine_and_histories
    listed = [item.item_id for item in engine.recommend(Request(None, n=6)).items]
    for count, segment in ((1, "anonymous"), (2, "semi_logged"), (5, "logged")):
        result = engine.recommend(Request(None, n=6, recent_items=tuple(listed[:count])))
        assert result.segment == segment
        assert not set(listed[:count]) & {item.item_id for item in result.items}


PARAMETERS = StateParameters(half_lives=(0.1, 24.0))


def make_segment(name):
    return Segment(name, name, lambda _: True, lambda: MostPopular(0))


def make_empty_retriever():
    """Return a model without results: recency has features and retrieves nothing."""
    return TwoStageRecommender([Recency()], PARAMETERS, TwoStageParameters())


@pytest.fixture
def old_and_new():
    """`old` is the most popular overall, `new` the most popular now, `unseen` has no interactions."""
    interactions = [(f"r{n}", "old", 0) for n in range(5)] + [(f"r{n}", "new", 9.9) for n in range(3)]
    dataset = make_dataset(
        interactions, hours=10, items=["unseen"], published={"old": 0, "new": 9, "unseen": 8}
    )
    return dataset, State.from_dataset(dataset, PARAMETERS)


def rank(models, name, dataset, state, n, history=()):
    segment_models = SegmentModels(models, dataset.newest_items())
    ranked, fallback = segment_models.rank(
        make_segment(name), make_query(dataset, history, hour=10), state, n
    )
    return item_ids(dataset, [scored.item for scored in ranked]), fallback


def test_catalogue_fills_a_short_list(old_and_new):
    models = {"known": MostPopular(0), "anonymous": MostPopular(1)}
    assert rank(models, "known", *old_and_new, n=2) == (["new", "old"], 0)
    assert rank(models, "known", *old_and_new, n=3) == (["new", "old", "unseen"], 1)
    assert rank(models, "known", *old_and_new, n=9, history=["old"]) == (["new", "unseen"], 1)


def test_other_segments_fill_a_list_before_the_catalogue(old_and_new):
    models = {"logged": make_empty_retriever(), "semi_logged": MostPopular(0), "anonymous": MostPopular(1)}
    assert rank(models, "logged", *old_and_new, n=3) == (["new", "old", "unseen"], 3)


def test_history_of_the_whole_catalogue_gives_an_empty_list(old_and_new):
    assert rank({"a": MostPopular(0)}, "a", *old_and_new, n=5, history=["old", "new", "unseen"]) == ([], 0)


def test_unknown_user_has_no_history(old_and_new):
    dataset, state = old_and_new
    for user in (UNKNOWN, len(dataset.users), 10**9):
        assert not len(state.query(user, dataset.as_of_ms, keys=(-1, -1)).history)
    assert np.isfinite(state.totals(dataset.as_of_ms)).all()
