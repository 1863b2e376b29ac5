"""A read now changes the next answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.load import PATIENCE_MS
from script_shared.inference.router import Router
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.components.popularity import MostPopular
from script_shared.releases.registry import Registry
from script_shared.segments import Segment
from script_shared.state.state import State, StateParameters
from script_shared.types import Interaction, Request
from tests.support.worlds import world

MINUTE_MS = 60_000
MANY = [f"m{number}" for number in range(200)]


@pytest.fixture(scope="module")
def release(small_volume):
    return Registry(small_volume.releases).open()


def engine_of(release):
    return Engine.load(release, NEWS, FixedClock(release.manifest.as_of_ms))


def listed(engine, user_id, n=10):
    return [item.item_id for item in engine.recommend(Request(user_id, n=n)).items]


def test_what_was_read_is_not_recommended_from_the_next_request_on(release):
    engine = engine_of(release)
    now = release.manifest.as_of_ms
    for turn in range(12):
        first = listed(engine, "somebody new")[0]
        engine.apply([Interaction("somebody new", first, now + turn)])
        assert first not in listed(engine, "somebody new", n=50)


def test_an_unknown_reader_becomes_known_by_reading(release):
    engine, now = engine_of(release), release.manifest.as_of_ms
    segments = []
    for item in listed(engine, None, n=6):
        segments.append(engine.recommend(Request("somebody new")).segment)
        engine.apply([Interaction("somebody new", item, now)])
    assert segments == ["anonymous", "anonymous", "semi_logged", "semi_logged", "semi_logged", "logged"]


def small(ahead=0):
    """Return an engine whose lists are most read at the shortest half-life, and its clock."""
    long_ago = [(reader, "old", 0) for reader in MANY]
    dataset = world([*long_ago, ("r0", "old", 9), ("r1", "old", 9), ("r0", "new", 9)], hours=10)
    state, clock = State.from_dataset(dataset, StateParameters()), FixedClock(dataset.as_of_ms)
    state.max_staleness_ms = PATIENCE_MS
    segments = [Segment("all", "most_read", lambda _: True, lambda: MostPopular(0))]
    ranker = SegmentModels({"all": MostPopular(0)}, dataset.newest_items())
    return Engine(Router.of(dataset, segments), ranker, state, clock, ahead), clock


def test_an_article_that_many_read_rises_for_everyone_when_patience_ends():
    engine, clock = small()
    assert listed(engine, None) == ["old", "new"]
    engine.apply([Interaction("r1", "new", clock.ms), Interaction("r2", "new", clock.ms)])
    clock.ms += PATIENCE_MS - 1
    assert listed(engine, None) == ["old", "new"]
    clock.ms += 1
    assert listed(engine, None) == ["new", "old"]


@pytest.mark.parametrize("moment", range(0, 1_000, 50))
def test_a_list_that_was_made_too_early_to_know_does_not_stand(moment):
    """Others read all the while and ask for other lists, so that what these are made of is never old."""
    engine, clock = small(ahead=10)
    begin = clock.ms
    for turn, clock.ms in enumerate(range(begin, begin + 4_000, 50)):
        engine.apply([Interaction(MANY[turn], "old", clock.ms)])
        if clock.ms == begin + 1_000 + moment:
            engine.apply([Interaction(reader, "new", clock.ms) for reader in MANY])
        assert listed(engine, None)[0] == "old" or clock.ms >= begin + 1_000 + moment
        engine.recommend(Request(None, exclude=("old",)))
        assert listed(engine, None)[0] == "new" or clock.ms < begin + 2_000 + moment


def test_reads_of_unknown_items_are_counted_and_left_out(release):
    engine = engine_of(release)
    before = listed(engine, "somebody new")
    assert engine.apply([Interaction("somebody new", "unheard of", release.manifest.as_of_ms)]) == 1
    assert listed(engine, "somebody new") == before


@settings(deadline=None, derandomize=True, database=None, max_examples=15)
@given(st.data())
def test_two_engines_that_saw_the_same_reads_in_other_portions_answer_alike(release, data):
    items = listed(engine_of(release), None, n=30)
    now = release.manifest.as_of_ms
    rows = data.draw(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from(items), st.integers(-90, 0)), max_size=40)
    )
    reads = [Interaction(f"new {user}", item, now + minute * MINUTE_MS) for user, item, minute in rows]
    one, other = engine_of(release), engine_of(release)
    one.apply(reads)
    cut = data.draw(st.integers(0, len(reads)))
    for portion in (reads[:cut], reads[cut:]):
        other.apply(portion)
    for user in range(5):
        answers = [engine.recommend(Request(f"new {user}", n=20)) for engine in (one, other)]
        plain = [[item._replace(score=round(item.score, 6)) for item in answer.items] for answer in answers]
        assert plain[0] == plain[1]
        assert answers[0].segment == answers[1].segment
