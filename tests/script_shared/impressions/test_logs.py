"""The contract of the inference log, tested with every engine."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.errors import EventLogError, SettingsError
from script_shared.events.factory import open_log
from script_shared.impressions.erasure import Erasure
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.impression import AttributedInteraction, Click, ImpressionCount
from tests.support.data.events import make_event
from tests.support.data.impressions import make_impression
from tests.support.processes.postgres import execute, postgres_url

#: Suppressed because all examples of a test use one log, and a subclass for each engine runs them.
SUPPRESSED_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NOW = 1_800_000_000_000


class ImpressionsContract:
    """Tests of every engine; a subclass defines a fixture `url` of an empty event log."""

    @pytest.fixture
    def open_replica(self, url, tmp_path):
        logs = []

        def open_replica():
            logs.append(open_impressions(url, tmp_path))
            return logs[-1]

        yield open_replica
        for log in logs:
            log.close()

    @pytest.fixture
    def log(self, open_replica):
        return open_replica()

    def test_empty_log_has_no_rows(self, log):
        assert (list(log.newest(9)), list(log.experiments()), log.attributed_offset()) == ([], [], 0)
        assert (list(log.count_impressions("e")), list(log.clicks("e"))) == ([], [])
        assert (log.forget(Erasure(["r1"])), log.prune(NOW)) == (0, 0)

    @settings(max_examples=25, deadline=None, suppress_health_check=SUPPRESSED_CHECKS)
    @given(
        texts=st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT),
        items=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5).map(tuple),
        time_ms=st.integers(0, 2**53),
        pseudonym=st.none() | TEXT,
    )
    def test_newest_returns_an_impression_as_it_was_written(self, log, texts, items, time_ms, pseudonym):
        names = ("experiment", "variant", "release", "segment", "model")
        written = make_impression(
            "i", pseudonym, time_ms=time_ms, items=items, **dict(zip(names, texts, strict=True))
        )
        log.write([written], NOW)
        assert list(log.newest(9)) == [written]
        log.prune(NOW + 1)

    def test_repeated_impression_is_stored_once(self, log, open_replica):
        impressions = [make_impression(number, f"r{number % 7}") for number in range(120)]
        log.write(impressions, NOW)
        open_replica().write([*impressions[50:], make_impression("new")], NOW + 1)
        assert {row.impression_id for row in open_replica().newest(500)} == {*map(str, range(120)), "new"}

    def test_newest_impressions_come_first(self, log):
        log.write([make_impression("a", time_ms=2), make_impression("b", time_ms=3)], NOW)
        log.write([make_impression("c", time_ms=1)], NOW + 1)
        assert [row.impression_id for row in log.newest(2)] == ["c", "b"]

    def test_experiments_are_in_order_of_time(self, log):
        rows = [("late", 9), ("early", 1), ("early", 5), ("", 99)]
        log.write(
            [
                make_impression(n, experiment=experiment, time_ms=time_ms)
                for n, (experiment, time_ms) in enumerate(rows)
            ],
            NOW,
        )
        assert list(log.experiments()) == ["early", "late"]

    def test_impressions_are_counted_by_user_and_release(self, log):
        log.write(
            [
                make_impression(1, "r1"),
                make_impression(2, "r1"),
                make_impression(3, "r2", variant="challenger", release="second"),
                make_impression(4, None),
                make_impression(5, "r3", experiment="another"),
            ],
            NOW,
        )
        assert list(log.count_impressions("e")) == [
            ImpressionCount("challenger", "second", "r2", 1),
            ImpressionCount("champion", "first", "r1", 2),
        ]

    def test_clicks_join_interactions_with_impressions(self, log):
        interactions = [
            AttributedInteraction("1", "b", 160),
            AttributedInteraction("1", "not on the list", 170),
            AttributedInteraction("unheard of", "a", 1),
        ]
        log.add_interactions(interactions, 17, NOW)
        log.write([make_impression(1, time_ms=100), make_impression(2, time_ms=100)], NOW)
        log.add_interactions(
            [AttributedInteraction("1", "b", 999), AttributedInteraction("2", "a", 90)], 19, NOW
        )
        assert list(log.clicks("e")) == [
            Click("champion", "r1", "1", "b", 60),
            Click("champion", "r1", "2", "a", -10),
        ]
        assert (list(log.clicks("another")), log.attributed_offset()) == ([], 19)

    def test_forget_removes_impressions_and_interactions_of_a_user(self, log, open_replica):
        log.write([make_impression(1), make_impression(2, "older name"), make_impression(3, "r2")], NOW)
        log.add_interactions([AttributedInteraction("1", "a", 1), AttributedInteraction("3", "a", 1)], 2, NOW)
        assert open_replica().forget(Erasure(["r1", "older name"])) == 2
        assert [row.impression_id for row in log.newest(9)] == ["3"]
        # An impression that is written again has no interactions.
        log.write([make_impression(1)], NOW)
        assert [row.impression_id for row in log.clicks("e")] == ["3"]

    @given(item=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9))
    @settings(max_examples=25, deadline=None, suppress_health_check=SUPPRESSED_CHECKS)
    def test_forget_removes_impressions_that_show_a_user_who_is_an_item(self, log, item):
        shown = [make_impression(1, items=("a", item)), make_impression(2, items=("a", f"{item}1"))]
        log.write([*shown, make_impression(3, items=())], NOW)
        assert log.forget(Erasure(["nobody"], item)) == 1
        assert {row.impression_id for row in log.newest(9)} == {"2", "3"}
        log.prune(NOW + 1)

    def test_prune_removes_old_rows(self, log):
        log.write([make_impression(1)], NOW)
        log.write([make_impression(2)], NOW + 10)
        log.add_interactions(
            [AttributedInteraction("1", "a", 1), AttributedInteraction("2", "a", 1)], 2, NOW + 5
        )
        assert log.prune(NOW + 10) == 1
        assert [row.impression_id for row in log.newest(9)] == ["2"]
        assert list(log.clicks("e")) == []

    def test_replicas_write_at_once(self, open_replica):
        logs = [open_replica() for _ in range(4)]

        def write(writer):
            for batch in range(10):
                names = [f"{writer}-{batch}-{number}" for number in range(60)]
                logs[writer].write([make_impression(name) for name in names], NOW)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        assert list(logs[0].count_impressions("e")) == [ImpressionCount("champion", "first", "r1", 2_400)]

    def test_event_log_is_not_affected(self, log, url, tmp_path):
        events = open_log(url, tmp_path)
        events.append([make_event("a")])
        log.write([make_impression(1)], NOW)
        assert events.append([make_event("b")]).start == 2
        assert [row.impression_id for row in log.newest(9)] == ["1"]
        events.close()


#: The table of impressions in its first version, with one row.
FIRST_VERSION = """
    CREATE TABLE impressions (
        impression_id text PRIMARY KEY, reader text, time_ms bigint NOT NULL, experiment text NOT NULL,
        variant text NOT NULL, release text NOT NULL, segment text NOT NULL, model text NOT NULL,
        items text NOT NULL, latency_us bigint NOT NULL, written_ms bigint NOT NULL
    );
    CREATE INDEX impressions_by_reader ON impressions (reader);
    INSERT INTO impressions VALUES ('old', 'r1', 1, 'e', 'champion', 'first', 'logged', 'hybrid', '[]', 7, 1);
"""


def check_migrated(log, open_replica):
    log.write([make_impression("new", "r1")], NOW)
    assert [row.pseudonym for row in open_replica().newest(9)] == ["r1", "r1"]
    assert log.forget(Erasure(["r1"])) == 2


class TestSqlite(ImpressionsContract):
    @pytest.fixture
    def url(self, tmp_path):
        return f"sqlite://{tmp_path}/events/log.sqlite3"

    def test_table_of_the_first_version_is_migrated(self, log, open_replica, tmp_path):
        (tmp_path / "events").mkdir()
        with closing(sqlite3.connect(tmp_path / "events" / "log.impressions.sqlite3")) as connection:
            connection.executescript(FIRST_VERSION)
        check_migrated(log, open_replica)

    def test_file_is_next_to_the_event_log(self, log, tmp_path):
        assert not (tmp_path / "events").exists()
        log.write([make_impression(1)], NOW)
        assert (tmp_path / "events" / "log.impressions.sqlite3").exists()
        default_log = open_impressions("", tmp_path)
        default_log.write([make_impression(1)], NOW)
        default_log.close()
        assert (tmp_path / "log.impressions.sqlite3").exists()

    def test_forgotten_user_is_in_no_file(self, log, tmp_path):
        log.write([make_impression(1, "someone-to-forget"), *(make_impression(n) for n in range(2, 90))], NOW)
        log.forget(Erasure(["someone-to-forget"]))
        files = list((tmp_path / "events").iterdir())
        assert files
        assert all(b"someone-to-forget" not in path.read_bytes() for path in files)

    def test_error_names_a_folder_that_cannot_be_created(self, tmp_path):
        (tmp_path / "file").write_text("")
        log = open_impressions(f"sqlite://{tmp_path}/file/log.sqlite3", tmp_path)
        with pytest.raises(EventLogError, match="the inference log cannot be used"):
            log.write([make_impression(1)], NOW)


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestPostgres(ImpressionsContract):
    @pytest.fixture(scope="class")
    @staticmethod
    def server():
        with postgres_url() as url:
            yield url

    @pytest.fixture
    def url(self, server):
        open_log(server, None).close()
        execute(server, "DROP TABLE IF EXISTS impressions, follows, followed, events, ends")
        return server

    def test_table_of_the_first_version_is_migrated(self, url, log, open_replica):
        execute(url, FIRST_VERSION)
        check_migrated(log, open_replica)

    def test_error_of_a_missing_server_does_not_contain_the_password(self):
        log = open_impressions("postgresql://events:secret@127.0.0.1:1/events", None)
        with pytest.raises(
            EventLogError, match=r"inference log on 127\.0\.0\.1: the inference log"
        ) as error_info:
            log.newest(1)
        assert "secret" not in str(error_info.value)


def test_unknown_url_scheme_is_rejected(tmp_path):
    with pytest.raises(SettingsError, match="EVENTS_URL"):
        open_impressions("kafka://host", tmp_path)
