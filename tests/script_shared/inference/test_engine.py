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
from tests.support.worlds import ask, names, world

promise = settings(deadline=None, derandomize=True, database=None, max_examples=60)


@pytest.fixture(scope="module")
def published(small_volume):
    """The engine of a small release, what each of its readers has read, and all items."""
    release = Registry(small_volume.releases).open()
    engine = Engine.load(release, NEWS, FixedClock(release.manifest.as_of_ms))
    users, items = (Vocabulary.restore(release.bundle(f"state/{x}").arrays) for x in ("users", "vocabulary"))
    arrays = release.bundle("state/histories").arrays
    read = {
        user: [items[item] for item in arrays["items"][slice(*arrays["offsets"][place : place + 2])].tolist()]
        for place, user in enumerate(users)
    }
    return engine, read, set(items)


@st.composite
def requests(draw, read, items):
    recent = st.sampled_from([*sorted(items), "unheard of"])
    return Request(
        user_id=draw(st.none() | st.sampled_from(["nobody", "", *sorted(read)])),
        n=draw(st.integers(1, 150)),
        user_type=draw(st.sampled_from([None, "Logged", "Non-Logged"])),
        context=draw(
            st.dictionaries(st.sampled_from(["region", "device"]), st.sampled_from(["1", "2", "x"]))
        ),
        recent_items=tuple(draw(st.lists(recent, max_size=12))),
    )


def reads_of(request, read, items):
    return read.get(request.user_id, []) + [item for item in request.recent_items if item in items]


def segment_of(user_type, reads):
    """The rule in words: logged in if the source says so, by five reads where it does not say; then two."""
    if user_type == "Logged" or (user_type is None and reads >= 5):
        return "logged"
    return "semi_logged" if reads >= 2 else "anonymous"


@promise
@given(st.data())
def test_an_answer_holds_as_many_distinct_unread_items_as_the_catalogue_has(published, data):
    engine, read, items = published
    request = data.draw(requests(read, items))
    unread = items - set(reads_of(request, read, items))
    found = [item.item_id for item in engine.recommend(request).items]
    assert len(found) == len(set(found)) == min(request.n, len(unread))
    assert set(found) <= unread


@promise
@given(st.data())
def test_the_segment_follows_the_one_rule(published, data):
    engine, read, items = published
    request = data.draw(requests(read, items))
    answer = engine.recommend(request)
    assert answer.segment == segment_of(request.user_type, len(reads_of(request, read, items)))
    assert (
        answer.model
        == {"logged": "hybrid", "semi_logged": "clusters", "anonymous": "popularity"}[answer.segment]
    )


@promise
@given(st.data())
def test_the_last_items_come_from_the_fallback(published, data):
    engine, read, items = published
    answer = engine.recommend(data.draw(requests(read, items)))
    catalogue = [item.reason == "catalogue" for item in answer.items]
    assert catalogue == sorted(catalogue), "the bare catalogue comes last"
    assert sum(catalogue) <= answer.fallback <= len(answer.items)
    own = [item.score for item in answer.items[: len(answer.items) - answer.fallback]]
    assert own == sorted(own, reverse=True)


@promise
@given(st.data())
def test_the_same_request_at_the_same_moment_has_the_same_answer(published, data):
    engine, read, items = published
    request, other = data.draw(requests(read, items)), data.draw(requests(read, items))
    first = engine.recommend(request)
    engine.recommend(other)
    assert engine.recommend(request) == first


def test_items_just_read_count_as_history(published):
    engine, _, _ = published
    top = [item.item_id for item in engine.recommend(Request(None, n=6)).items]
    for reads, segment in ((1, "anonymous"), (2, "semi_logged"), (5, "logged")):
        answer = engine.recommend(Request(None, n=6, recent_items=tuple(top[:reads])))
        assert answer.segment == segment
        assert not set(top[:reads]) & {item.item_id for item in answer.items}


PARAMETERS = StateParameters(half_lives=(0.1, 24.0))


def segment(name):
    return Segment(name, name, lambda _: True, lambda: MostPopular(0))


def empty_handed():
    """A model that retrieves nothing: recency describes items and names none."""
    return TwoStageRecommender([Recency()], PARAMETERS, TwoStageParameters())


@pytest.fixture
def old_and_new():
    """`old` was read most in all, `new` most just now, `unread` never."""
    reads = [(f"r{n}", "old", 0) for n in range(5)] + [(f"r{n}", "new", 9.9) for n in range(3)]
    dataset = world(reads, hours=10, items=["unread"], published={"old": 0, "new": 9, "unread": 8})
    return dataset, State.from_dataset(dataset, PARAMETERS)


def rank(models, asked, dataset, state, n, history=()):
    ranker = SegmentModels(models, dataset.newest_items())
    ranked, fallback = ranker.rank(segment(asked), ask(dataset, history, hour=10), state, n)
    return names(dataset, [each.item for each in ranked]), fallback


def test_what_the_model_gives_is_kept_and_the_catalogue_fills_the_rest(old_and_new):
    models = {"known": MostPopular(0), "anonymous": MostPopular(1)}
    assert rank(models, "known", *old_and_new, n=2) == (["new", "old"], 0)
    assert rank(models, "known", *old_and_new, n=3) == (["new", "old", "unread"], 1)
    assert rank(models, "known", *old_and_new, n=9, history=["old"]) == (["new", "unread"], 1)


def test_other_segments_are_asked_before_the_catalogue_and_the_anonymous_last(old_and_new):
    models = {"logged": empty_handed(), "semi_logged": MostPopular(0), "anonymous": MostPopular(1)}
    assert rank(models, "logged", *old_and_new, n=3) == (["new", "old", "unread"], 3)


def test_a_catalogue_read_to_the_end_gives_nothing(old_and_new):
    assert rank({"a": MostPopular(0)}, "a", *old_and_new, n=5, history=["old", "new", "unread"]) == ([], 0)


def test_a_reader_unknown_to_the_state_has_no_history(old_and_new):
    dataset, state = old_and_new
    for user in (UNKNOWN, len(dataset.users), 10**9):
        assert not len(state.query(user, dataset.as_of_ms, keys=(-1, -1)).history)
    assert np.isfinite(state.totals(dataset.as_of_ms)).all()
