"""Interactions change the lists that follow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.inference.load import MAX_STALENESS_MS
from script_shared.inference.router import Router
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.components.popularity import MostPopular
from script_shared.releases.registry import Registry
from script_shared.segments import Segment
from script_shared.state.state import State, StateParameters
from script_shared.types import Interaction, Request
from tests.support.small_datasets import make_dataset

MINUTE_MS = 60_000
USERS = [f"m{number}" for number in range(200)]


@pytest.fixture(scope="module")
def release(small_volume):
    return Registry(small_volume.releases).open()


def load_engine(release):
    return Engine.load(release, NEWS, FixedClock(release.manifest.as_of_ms))


def recommend_ids(engine, user_id, n=10):
    return [item.item_id for item in engine.recommend(Request(user_id, n=n)).items]


def test_item_is_not_recommended_after_its_interaction(release):
    engine = load_engine(release)
    now = release.manifest.as_of_ms
    for number in range(12):
        first = recommend_ids(engine, "somebody new")[0]
        engine.apply([Interaction("somebody new", first, now + number)])
        assert first not in recommend_ids(engine, "somebody new", n=50)


def test_unknown_user_changes_segments_by_interacting(release):
    engine, now = load_engine(release), release.manifest.as_of_ms
    segments = []
    for item in recommend_ids(engine, None, n=6):
        segments.append(engine.recommend(Request("somebody new")).segment)
        engine.apply([Interaction("somebody new", item, now)])
    assert segments == ["anonymous", "anonymous", "semi_logged", "semi_logged", "semi_logged", "logged"]


def make_engine(cache_size=0):
    """Return an engine that ranks by popularity at the shortest half-life, and its clock."""
    long_ago = [(user, "old", 0) for user in USERS]
    dataset = make_dataset([*long_ago, ("r0", "old", 9), ("r1", "old", 9), ("r0", "new", 9)], hours=10)
    state, clock = State.from_dataset(dataset, StateParameters()), FixedClock(dataset.as_of_ms)
    state.max_staleness_ms = MAX_STALENESS_MS
    segments = [Segment("all", "most_popular", lambda _: True, lambda: MostPopular(0))]
    models = SegmentModels({"all": MostPopular(0)}, dataset.newest_items())
    return Engine(Router.from_dataset(dataset, segments), models, state, clock, cache_size), clock


def test_trending_item_is_recommended_to_all_after_the_staleness_limit():
    engine, clock = make_engine()
    assert recommend_ids(engine, None) == ["old", "new"]
    engine.apply([Interaction("r1", "new", clock.ms), Interaction("r2", "new", clock.ms)])
    clock.ms += MAX_STALENESS_MS - 1
    assert recommend_ids(engine, None) == ["old", "new"]
    clock.ms += 1
    assert recommend_ids(engine, None) == ["new", "old"]


@pytest.mark.parametrize("offset_ms", range(0, 1_000, 50))
def test_cached_list_based_on_older_counts_expires_early(offset_ms):
    """Other interactions and requests continue, so the counts are never outdated."""
    engine, clock = make_engine(cache_size=10)
    start = clock.ms
    for number, clock.ms in enumerate(range(start, start + 4_000, 50)):
        engine.apply([Interaction(USERS[number], "old", clock.ms)])
        if clock.ms == start + 1_000 + offset_ms:
            engine.apply([Interaction(user, "new", clock.ms) for user in USERS])
        assert recommend_ids(engine, None)[0] == "old" or clock.ms >= start + 1_000 + offset_ms
        engine.recommend(Request(None, exclude=("old",)))
        assert recommend_ids(engine, None)[0] == "new" or clock.ms < start + 2_000 + offset_ms


def test_interactions_with_unknown_items_are_reported_and_not_counted(release):
    engine = load_engine(release)
    before = recommend_ids(engine, "somebody new")
    assert engine.apply([Interaction("somebody new", "unheard of", release.manifest.as_of_ms)]) == 1
    assert recommend_ids(engine, "somebody new") == before


@settings(deadline=None, derandomize=True, database=None, max_examples=15)
@given(st.data())
def test_results_do_not_depend_on_the_batches_of_interactions(release, data):
    items = recommend_ids(load_engine(release), None, n=30)
    now = release.manifest.as_of_ms
    rows = data.draw(
        st.lists(st.tuples(st.integers(0, 4), st.sampled_from(items), st.integers(-90, 0)), max_size=40)
    )
    interactions = [Interaction(f"new {user}", item, now + minute * MINUTE_MS) for user, item, minute in rows]
    whole_batch, two_batches = load_engine(release), load_engine(release)
    whole_batch.apply(interactions)
    split = data.draw(st.integers(0, len(interactions)))
    for batch in (interactions[:split], interactions[split:]):
        two_batches.apply(batch)
    for user in range(5):
        results = [engine.recommend(Request(f"new {user}", n=20)) for engine in (whole_batch, two_batches)]
        rounded = [[item._replace(score=round(item.score, 6)) for item in result.items] for result in results]
        assert rounded[0] == rounded[1]
        assert results[0].segment == results[1].segment
