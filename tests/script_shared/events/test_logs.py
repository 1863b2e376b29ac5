"""The contract of the event log, tested with every engine."""

import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.errors import EventLogError, EventsCompactedError, SettingsError
from script_shared.events.event import FORGET, INTERACTION, ITEM
from script_shared.events.factory import FILE, open_log
from tests.support.data.events import make_event, make_events, read_events
from tests.support.processes.postgres import create_events_database, execute, postgres_url

ROOT = Path(__file__).parents[3]
WRITERS, BATCHES = 4, 40
#: Suppressed because all examples of a test use one log, and a subclass for each engine runs them.
SUPPRESSED_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@pytest.fixture(scope="module")
def server():
    with postgres_url() as url:
        yield url


class LogContract:
    """Tests of every engine; a subclass defines a fixture `url` of an empty log."""

    @pytest.fixture
    def open_replica(self, url, tmp_path):
        """Opens the log as another replica does."""
        logs = []

        def open_replica():
            logs.append(open_log(url, tmp_path))
            return logs[-1]

        yield open_replica
        for log in logs:
            log.close()

    @pytest.fixture
    def log(self, open_replica):
        return open_replica()

    def test_empty_log_has_offset_0_and_no_events(self, log):
        assert (log.end_offset(), list(log.read(0, 10))) == (0, [])

    def test_offsets_start_at_1_in_the_order_of_the_events(self, log):
        appended = log.append(make_events("abc"))
        assert (appended.start, appended.end, appended.duplicates) == (1, 3, frozenset())
        assert log.append(make_events("de")).start == 4
        assert log.read(0, 10) == list(enumerate(make_events("abcde"), start=1))
        assert log.end_offset() == 5

    def test_read_starts_after_an_offset_and_stops_at_the_limit(self, log):
        log.append(make_events("abcde"))
        assert [offset for offset, _ in log.read(2, 2)] == [3, 4]
        assert list(log.read(5, 10)) == []

    def test_repeated_event_is_a_duplicate(self, log):
        log.append(make_events("abc"))
        appended = log.append(make_events("bxc"))
        assert (appended.start, appended.new, appended.duplicates) == (4, [make_event("x")], {0, 2})
        assert [logged.event_id for _, logged in log.read(0, 10)] == list("abcx")

    def test_event_twice_in_a_batch_is_a_duplicate(self, log):
        assert log.append(make_events("aab")).duplicates == {1}
        assert log.append([]).end == log.append(make_events("ab")).end == log.end_offset() == 2

    def test_first_of_two_different_events_with_equal_ids_is_stored(self, log):
        log.append([make_event("a", item="first")])
        log.append([make_event("a", item="second")])
        assert log.read(0, 10) == [(1, make_event("a", item="first"))]

    @settings(max_examples=25, deadline=None, suppress_health_check=SUPPRESSED_CHECKS)
    @given(
        texts=st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT),
        time_ms=st.integers(0, 2**53),
        details=st.dictionaries(TEXT, st.one_of(TEXT, st.floats(-1e9, 1e9)), max_size=3),
    )
    def test_read_returns_an_event_as_it_was_appended(self, log, texts, time_ms, details):
        name, user, item, session, kind = texts
        written = make_event(name, user, item, time_ms, session_id=session, user_type=kind, details=details)
        log.append([written])
        assert log.read(log.end_offset() - 1, 1)[0][1] == written
        log.forget(user)

    def test_other_replica_reads_appended_events(self, log, open_replica):
        replica = open_replica()
        log.append(make_events("ab"))
        assert read_events(replica) == read_events(log)
        assert replica.append(make_events("bc")).duplicates == {0}
        assert log.end_offset() == 3

    def test_events_persist_after_close(self, log, open_replica):
        log.append(make_events("ab"))
        log.close()
        assert [logged.event_id for _, logged in open_replica().read(0, 10)] == ["a", "b"]

    def test_close_waits_for_submitted_batches(self, log, open_replica):
        futures = [
            log.submit(make_events([f"{batch}-{number}" for number in range(50)])) for batch in range(40)
        ]
        log.close()
        assert all(future.done() for future in futures)
        assert open_replica().end_offset() == 2_000
        with pytest.raises(EventLogError, match="closed"):
            log.submit(make_events("a"))

    def test_concurrently_submitted_batches_keep_their_order(self, log):
        futures = [log.submit(make_events([f"{batch}-0", f"{batch}-1"])) for batch in range(300)]
        starts = [future.result().start for future in futures]
        assert starts == list(range(1, 601, 2))
        assert [logged.event_id for _, logged in read_events(log)][:3] == ["0-0", "0-1", "1-0"]

    def test_submit_rejects_batches_beyond_the_queue_limit_and_writes_the_others(self, log):
        batch = make_events([f"e{number}" for number in range(60_000)])
        first = log.submit(batch)
        second = log.submit(batch[:39_000])
        with pytest.raises(EventLogError, match="too many events wait"):
            log.submit([*batch, *batch])
        assert [first.result().end, second.result().end] == [60_000, 60_000]

    def test_reader_misses_no_event_of_concurrent_writers(self, open_replica):
        is_finished = threading.Event()

        def write(writer):
            log = open_replica()
            for batch in range(BATCHES):
                log.append(make_events([f"{writer}-{batch}-{number}" for number in range(1 + batch % 9)]))

        def read_all():
            log, events, is_last = open_replica(), [], False
            while not is_last:
                is_last = is_finished.is_set()
                events += read_events(log, events[-1][0] if events else 0, 50)
            return events

        with ThreadPoolExecutor(WRITERS + 2) as pool:
            readers = [pool.submit(read_all) for _ in range(2)]
            for future in [pool.submit(write, writer) for writer in range(WRITERS)]:
                future.result()
            is_finished.set()
            results = [future.result() for future in readers]
        total = WRITERS * sum(1 + batch % 9 for batch in range(BATCHES))
        assert [offset for offset, _ in results[0]] == list(range(1, total + 1))
        assert len({logged.event_id for _, logged in results[0]}) == total
        assert results[0] == results[1] == read_events(open_replica())

    def test_same_batch_from_all_replicas_is_stored_once(self, open_replica):
        logs = [open_replica() for _ in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as pool:
            appended = list(pool.map(lambda log: log.append(make_events("abcdefgh")), logs))
        assert sum(len(result.new) for result in appended) == 8
        assert logs[0].end_offset() == 8

    def test_compact_removes_events_and_reading_them_is_an_error(self, log, open_replica):
        log.append(make_events("abcde"))
        assert log.compact(3) == 3
        assert [offset for offset, _ in log.read(3, 10)] == [4, 5]
        with pytest.raises(EventsCompactedError, match="up to 3"):
            open_replica().read(2, 10)
        assert log.compact(2) == 0
        assert log.append(make_events("a")).start == 6

    def test_compact_runs_while_others_append(self, log, open_replica):
        log.append(make_events([f"old{number}" for number in range(9_000)]))
        batches = [make_events([f"{batch}-{number}" for number in range(10)]) for batch in range(50)]
        with ThreadPoolExecutor(2) as pool:
            future = pool.submit(lambda: [log.append(batch) for batch in batches])
            removed = open_replica().compact(1_000_000)
            starts = [result.start for result in future.result()]
        assert starts == list(range(9_001, 9_501, 10))
        assert removed >= 9_000
        assert [offset for offset, _ in read_events(log, removed)] == list(range(removed + 1, 9_501))

    def test_offsets_continue_after_all_events_are_compacted(self, log, open_replica):
        log.append(make_events("abc"))
        assert log.compact(100) == 3
        assert open_replica().append(make_events("d")).start == 4
        assert [offset for offset, _ in log.read(3, 10)] == [4]

    def test_forget_removes_all_events_of_a_user(self, log):
        log.append([make_event("a", "u1"), make_event("b", "u2"), make_event("c", "u1")])
        assert log.forget("u1") == 2
        assert log.read(0, 10) == [(2, make_event("b", "u2"))]
        assert log.append(make_events("d")).start == 4
        assert log.forget("nobody") == 0

    def test_forget_removes_all_events_of_a_user_who_is_an_item(self, log):
        kept = make_event("c", "u2", item="i1")
        log.append([make_event("a", "u2", item="u1"), make_event("b", "", item="u1", kind=ITEM), kept])
        assert log.forget("u1") == 0
        assert log.forget("u1", is_item=True) == 2
        assert log.read(0, 10) == [(3, kept)]

    def test_forget_keeps_the_request_to_forget(self, log):
        request = make_event("b", "u1", item="", kind=FORGET)
        log.append([make_event("a", "u1"), request, make_event("c", "u1")])
        assert log.forget("u1") == 2
        assert log.read(0, 10) == [(2, request)]

    def test_read_returns_an_item_event_as_it_was_appended(self, log):
        item = make_event(
            "a", user="", item="i9", kind=ITEM, details={"title": "Chuva à noite", "published_ms": 5}
        )
        log.append([make_event("b"), item])
        assert [logged for _, logged in log.read(0, 10)] == [make_event("b"), item]
        assert [logged.kind for _, logged in log.read(0, 10)] == [INTERACTION, ITEM]

    def test_killed_writer_has_written_all_acknowledged_events(self, url, open_replica):
        command = [sys.executable, "-m", "tests.support.data.events", url]
        acknowledged = []
        for run in range(2):
            with (
                subprocess.Popen([*command, f"a{run}"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as first,
                subprocess.Popen(
                    [*command, f"b{run}"], stdout=subprocess.PIPE, text=True, cwd=ROOT
                ) as second,
            ):
                for writer in (first, second):
                    acknowledged += [writer.stdout.readline().strip() for _ in range(200)]
                    writer.send_signal(signal.SIGKILL)
                    acknowledged += [line.strip() for line in writer.stdout if line.endswith("\n")]
        log = open_replica()
        events = read_events(log)
        logged_ids = {logged.event_id for _, logged in events}
        assert len(acknowledged) >= 800
        assert set(acknowledged) <= logged_ids
        assert [offset for offset, _ in events] == list(range(1, len(events) + 1))
        assert log.append(make_events("z")).start == len(events) + 1


def check_migrated(log, open_replica):
    """Check that a log with the event `a` in a table without kinds reads it and accepts events."""
    item = make_event("b", user="", item="i9", kind=ITEM, details={"title": "x"})
    assert log.read(0, 10) == [(1, make_event("a"))]
    assert log.append([make_event("a"), item]).duplicates == {0}
    assert open_replica().read(0, 10) == log.read(0, 10) == [(1, make_event("a")), (2, item)]


class TestSqlite(LogContract):
    @pytest.fixture
    def url(self, tmp_path):
        return f"sqlite://{tmp_path}/events/log.sqlite3"

    def test_read_creates_no_file(self, log, tmp_path):
        log.read(0, 1)
        assert not (tmp_path / "events").exists()

    def test_empty_url_is_a_file_in_the_folder(self, tmp_path):
        log = open_log("", tmp_path)
        log.append(make_events("a"))
        log.close()
        assert (tmp_path / FILE).exists()

    def test_full_disk_is_reported_and_loses_no_acknowledged_event(self, url, open_replica):
        command = [sys.executable, "-m", "tests.support.data.events", url, "w", "400000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
            acknowledged = []
            while "Error" not in (line := writer.stdout.readline().strip()):
                assert line
                acknowledged.append(line)
        assert line.startswith("VolumeFullError: ")
        assert {logged.event_id for _, logged in read_events(open_replica())} >= set(acknowledged)
        assert len(acknowledged) > 100

    def test_append_waits_while_another_process_creates_the_file(self, log, tmp_path):
        (tmp_path / "events").mkdir()
        with closing(
            sqlite3.connect(tmp_path / "events" / "log.sqlite3", isolation_level=None)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            future = log.submit(make_events("a"))
            with pytest.raises(TimeoutError):
                future.result(0.3)
            connection.execute("COMMIT")
        assert future.result().end == 1

    def test_table_without_kinds_is_migrated(self, log, open_replica, tmp_path):
        (tmp_path / "events").mkdir()
        with closing(sqlite3.connect(tmp_path / "events" / "log.sqlite3")) as connection:
            connection.executescript(
                """CREATE TABLE events (
                    log_offset INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
                    item_id TEXT NOT NULL, time_ms INTEGER NOT NULL, session_id TEXT, user_type TEXT,
                    details TEXT
                ) STRICT;
                CREATE TABLE ends (
                    only INTEGER PRIMARY KEY CHECK (only = 1), newest INTEGER NOT NULL,
                    compacted INTEGER NOT NULL
                ) STRICT;
                INSERT INTO ends VALUES (1, 1, 0);
                INSERT INTO events VALUES (1, 'a', 'u1', 'i1', 1700000000000, NULL, NULL, NULL);"""
            )
        check_migrated(log, open_replica)

    def test_forgotten_user_is_in_no_file(self, log, tmp_path):
        log.append([make_event("a", "someone-to-forget"), *make_events(range(50))])
        log.forget("someone-to-forget")
        files = list((tmp_path / "events").iterdir())
        assert all(b"someone-to-forget" not in path.read_bytes() for path in files)

    def test_error_names_a_folder_that_cannot_be_created(self, tmp_path):
        (tmp_path / "file").write_text("")
        log = open_log(f"sqlite://{tmp_path}/file/log.sqlite3", tmp_path)
        with pytest.raises(EventLogError, match=f"{tmp_path}/file/log.sqlite3: the event log cannot be used"):
            log.append(make_events("a"))
        log.close()

    def test_file_that_is_no_database_is_an_error(self, tmp_path):
        (tmp_path / FILE).write_bytes(b"no database" * 1_000)
        log = open_log("", tmp_path)
        for call in (log.end_offset, lambda: log.append(make_events("a"))):
            with pytest.raises(EventLogError, match="not a database"):
                call()
        log.close()


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestPostgres(LogContract):
    @pytest.fixture
    def url(self, server):
        return create_events_database(server)

    def test_log_reconnects_after_its_connections_were_terminated(self, log, server):
        log.append(make_events("a"))
        execute(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'events'")
        with pytest.raises(EventLogError, match=r"event log on 127\.0\.0\.1: the event log cannot be used"):
            log.append(make_events("b"))
        assert log.append(make_events("b")).start == 2

    def test_table_without_kinds_is_migrated(self, url, log, open_replica):
        execute(
            url,
            """CREATE TABLE events (
                log_offset bigint PRIMARY KEY, event_id text NOT NULL UNIQUE, user_id text NOT NULL,
                item_id text NOT NULL, time_ms bigint NOT NULL, session_id text, user_type text,
                details text
            );
            CREATE TABLE ends (
                only_row integer PRIMARY KEY CHECK (only_row = 1), newest bigint NOT NULL,
                compacted bigint NOT NULL
            );
            INSERT INTO ends VALUES (1, 1, 0);
            INSERT INTO events VALUES (1, 'a', 'u1', 'i1', 1700000000000, NULL, NULL, NULL);""",
        )
        check_migrated(log, open_replica)

    def test_error_of_a_missing_server_does_not_contain_the_password(self, tmp_path):
        log = open_log("postgresql://events:secret@127.0.0.1:1/events", tmp_path)
        with pytest.raises(EventLogError, match="EVENTS_URL") as error_info:
            log.read(0, 1)
        assert "secret" not in str(error_info.value)
        log.close()


def test_unknown_url_scheme_is_rejected(tmp_path):
    with pytest.raises(SettingsError, match="EVENTS_URL: there is no event log of the kind 'kafka'"):
        open_log("kafka://host", tmp_path)
