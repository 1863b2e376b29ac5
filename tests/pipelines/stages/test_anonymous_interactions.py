"""Interactions without a user in all stages: they are counted, but belong to no user."""

import re
from dataclasses import replace

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.embedded.sample_requests import _select_users
from pipelines.ingest.sampling import sample_users
from pipelines.stages.artifacts import load_dataset
from script_shared.anonymous import ANONYMOUS_PREFIX, is_anonymous
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.models.ranking.state_replay import StateReplay, build_state
from script_shared.models.ranking.training_samples import draw_click_samples, draw_user_samples
from script_shared.releases.registry import Registry
from script_shared.tables import Tables
from script_shared.types import Interaction, Request
from script_shared.vocabulary import UNKNOWN
from tests.support.data.tables import START, articles, reads, write_tables
from tests.support.releases.small_release import publish_small_release

MS_PER_HOUR = 3_600_000
SESSIONS = 39


def make_anonymous_reads(count):
    """Yield reads of two articles in the last two hours; every second one has one of SESSIONS sessions."""
    for number in range(count):
        time = START.timestamp() + 28 * 3600 + number * 10
        session = f"visit-{number % SESSIONS}" if number % 2 else ""
        yield {
            "user_id": "",
            "item_id": "hot" if number % 4 < 3 else "second",
            "timestamp": str(int(time * 1000)),
            "session_id": session,
        }


@pytest.fixture(scope="module")
def volume(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anonymous")
    named = [row | {"session_id": ""} for row in reads(400)]
    raw = write_tables(folder / "raw", [*named, *make_anonymous_reads(600)], articles(12))
    return publish_small_release(raw, folder / "data", source="tables")


@pytest.fixture(scope="module")
def dataset(volume):
    return load_dataset(volume, "run-1")[0]


@pytest.fixture(scope="module")
def engine(volume):
    return Engine.load(Registry(volume.releases).open(), NEWS)


@pytest.fixture(scope="module")
def interactions(volume):
    return pl.read_parquet(volume.refined / "run-1" / "interactions.parquet")


class TestTables:
    def test_anonymous_id_is_shared_within_a_session_and_unique_without_one(self, interactions):
        anonymous = interactions.filter(is_anonymous(pl.col("user_id")))
        assert anonymous.height == 600
        by_session = (
            anonymous.drop_nulls("session_id").group_by("session_id").agg(pl.col("user_id").n_unique())
        )
        assert by_session["user_id"].unique().to_list() == [1]
        alone = anonymous.filter(pl.col("session_id").is_null())
        assert alone["user_id"].n_unique() == alone.height == 300

    def test_anonymous_ids_are_neither_users_nor_in_a_segment(self, volume):
        users = pl.read_parquet(volume.refined / "run-1" / "users.parquet")
        segmented = pl.read_parquet(volume.segments / "run-1" / "users.parquet")
        assert users["user_id"].to_list() == sorted({row["user_id"] for row in reads(400)})
        assert set(segmented["user_id"]) == set(users["user_id"])

    def test_anonymous_interactions_do_not_affect_the_detection_of_login_states(self, volume):
        plan = load("news")
        tables = read_refined_tables(volume)
        known = tables.users.with_columns(user_type=pl.lit("Logged"))
        assert plan.choose_parameters(replace(tables, users=known))["rule"]["has_login"]

    def test_sample_keeps_its_share_of_anonymous_interactions(self, volume):
        tables = read_refined_tables(volume)
        kept = sample_users(tables, 0.5).interactions
        anonymous = kept.filter(is_anonymous(pl.col("user_id")))
        assert 0.3 < anonymous["user_id"].n_unique() / (300 + SESSIONS) < 0.7


class TestTraining:
    def test_positions_of_anonymous_ids_follow_the_vocabulary(self, dataset):
        assert not any(name.startswith(ANONYMOUS_PREFIX) for name in dataset.users)
        assert dataset.anonymous == 300 + SESSIONS
        is_anonymous_position = dataset.interactions.user >= len(dataset.users)
        assert is_anonymous_position.sum() == 600
        assert dataset.interactions.user.max() < dataset.history_count

    def test_training_samples_contain_no_anonymous_interactions(self, dataset):
        parameters = NEWS.state({})
        start = dataset.as_of_ms - MS_PER_HOUR
        next_hour = dataset.interactions.between(start, dataset.as_of_ms)
        assert (next_hour.user >= len(dataset.users)).any()
        state = build_state(dataset.before(start), parameters)
        samples = draw_user_samples(dataset, state, next_hour, start, lambda _: True, 10_000)
        clicks = draw_click_samples(
            StateReplay(dataset, parameters, start), start, lambda _: True, 10_000, live=True
        )
        for sample in (*samples, *clicks):
            assert sample.query.user < len(dataset.users)

    def test_anonymous_interactions_count_in_popularity_and_co_occurrence(self, dataset):
        state = build_state(dataset, NEWS.state({}))
        hot, second = dataset.items.find("hot"), dataset.items.find("second")
        assert state.most_popular(0, 1, dataset.as_of_ms).tolist() == [hot]
        assert second in state.co_occurrence.neighbours(hot)[0]
        assert len(build_state_of_users(dataset).co_occurrence.neighbours(hot)[0]) == 0


def build_state_of_users(dataset):
    """Return the state of the interactions of users, without anonymous ones."""
    named = dataset.interactions.take(dataset.interactions.user < len(dataset.users))
    return build_state(replace(dataset, interactions=named, state_snapshot=None), NEWS.state({}))


def read_refined_tables(volume):
    return Tables.read(volume.refined / "run-1")


class TestEvaluation:
    def test_only_users_are_scored(self, volume):
        scores = pl.concat(
            pl.read_parquet(path) for path in (volume.evaluation / "cutoffs").rglob("scores.parquet")
        )
        assert scores.height
        assert not scores["query_id"].str.starts_with(ANONYMOUS_PREFIX).any()

    def test_report_warns_of_a_user_that_is_probably_a_placeholder(self, volume):
        page = (volume.evaluation / "reports" / "run-1" / "index.html").read_text(encoding="utf-8")
        assert re.search(r'<ul class="warnings">\s*<li>the reader &#39;0&#39; has \d+% of all reads', page)

    def test_sample_requests_use_no_anonymous_ids(self, volume):
        users = _select_users(volume, load("news"), "run-1")
        assert not any(user.startswith(ANONYMOUS_PREFIX) for user in users)


class TestService:
    def test_release_contains_neither_anonymous_ids_nor_their_histories(self, volume, dataset, engine):
        release = Registry(volume.releases).open()
        histories = release.bundle("state/histories").arrays
        assert len(histories["offsets"]) == len(dataset.users) + 1
        assert len(histories["items"]) == 400
        for name in (f"{ANONYMOUS_PREFIX}read 400", f"{ANONYMOUS_PREFIX}session visit-1", "visit-1", ""):
            assert engine._router.users.find(name) == UNKNOWN

    def test_items_of_anonymous_interactions_are_recommended(self, engine):
        for user in (None, "somebody new"):
            assert engine.recommend(Request(user, 3)).items[0].item_id == "hot"

    def test_engine_accepts_a_new_user(self, engine, dataset):
        engine.apply([Interaction("new", "second", dataset.as_of_ms)])
        result = engine.recommend(Request("new", 14))
        assert "second" not in {item.item_id for item in result.items}
