"""What an event log promises, held by every engine."""

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
from script_shared.events.event import FORGET, ITEM, READ
from script_shared.events.factory import FILE, open_log
from tests.support.events import event, events, follow
from tests.support.postgres import execute, own_database, postgres_server

ROOT = Path(__file__).parents[3]
WRITERS, BATCHES = 4, 40
#: Examples follow each other in one log, and every engine draws its own.
REUSED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@pytest.fixture(scope="module")
def server():
    with postgres_server() as address:
        yield address


class LogContract:
    """Inherit, and give a fixture `address` that names an empty log."""

    @pytest.fixture
    def open_one(self, address, tmp_path):
        """Open the log as a replica of its own."""
        opened = []

        def open_one():
            opened.append(open_log(address, tmp_path))
            return opened[-1]

        yield open_one
        for log in opened:
            log.close()

    @pytest.fixture
    def log(self, open_one):
        return open_one()

    def test_an_empty_log_ends_before_its_first_event(self, log):
        assert (log.end(), list(log.read(0, 10))) == (0, [])

    def test_events_are_counted_from_one_in_the_order_given(self, log):
        appended = log.append(events("abc"))
        assert (appended.start, appended.end, appended.duplicates) == (1, 3, frozenset())
        assert log.append(events("de")).start == 4
        assert log.read(0, 10) == list(enumerate(events("abcde"), start=1))
        assert log.end() == 5

    def test_reading_goes_on_after_an_offset_and_stops_at_the_limit(self, log):
        log.append(events("abcde"))
        assert [offset for offset, _ in log.read(2, 2)] == [3, 4]
        assert list(log.read(5, 10)) == []

    def test_an_event_sent_again_is_a_duplicate(self, log):
        log.append(events("abc"))
        again = log.append(events("bxc"))
        assert (again.start, again.fresh, again.duplicates) == (4, [event("x")], {0, 2})
        assert [each.event_id for _, each in log.read(0, 10)] == list("abcx")

    def test_so_is_one_that_is_twice_in_a_batch(self, log):
        assert log.append(events("aab")).duplicates == {1}
        assert log.append([]).end == log.append(events("ab")).end == log.end() == 2

    def test_the_first_one_counts_when_two_of_an_id_differ(self, log):
        log.append([event("a", item="first")])
        log.append([event("a", item="second")])
        assert log.read(0, 10) == [(1, event("a", item="first"))]

    @settings(max_examples=25, deadline=None, suppress_health_check=REUSED)
    @given(
        texts=st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT),
        time_ms=st.integers(0, 2**53),
        details=st.dictionaries(TEXT, st.one_of(TEXT, st.floats(-1e9, 1e9)), max_size=3),
    )
    def test_an_event_is_read_as_it_was_written(self, log, texts, time_ms, details):
        name, user, item, session, kind = texts
        written = event(name, user, item, time_ms, session_id=session, user_type=kind, details=details)
        log.append([written])
        assert log.read(log.end() - 1, 1)[0][1] == written
        log.forget(user)

    def test_another_replica_reads_what_was_appended(self, log, open_one):
        other = open_one()
        log.append(events("ab"))
        assert follow(other) == follow(log)
        assert other.append(events("bc")).duplicates == {0}
        assert log.end() == 3

    def test_it_is_still_there_after_closing(self, log, open_one):
        log.append(events("ab"))
        log.close()
        assert [each.event_id for _, each in open_one().read(0, 10)] == ["a", "b"]

    def test_closing_waits_for_what_was_submitted(self, log, open_one):
        waiting = [log.submit(events([f"{batch}-{place}" for place in range(50)])) for batch in range(40)]
        log.close()
        assert all(each.done() for each in waiting)
        assert open_one().end() == 2_000
        with pytest.raises(EventLogError, match="closed"):
            log.submit(events("a"))

    def test_batches_that_wait_for_the_disk_share_a_commit_and_keep_their_order(self, log):
        waiting = [log.submit(events([f"{batch}-0", f"{batch}-1"])) for batch in range(300)]
        starts = [each.result().start for each in waiting]
        assert starts == list(range(1, 601, 2))
        assert [each.event_id for _, each in follow(log)][:3] == ["0-0", "0-1", "1-0"]

    def test_more_than_memory_should_hold_is_refused_and_the_rest_is_written(self, log):
        batch = events([f"e{place}" for place in range(60_000)])
        first = log.submit(batch)
        second = log.submit(batch[:39_000])
        with pytest.raises(EventLogError, match="too many events wait"):
            log.submit([*batch, *batch])
        assert [first.result().end, second.result().end] == [60_000, 60_000]

    def test_a_follower_beside_concurrent_writers_misses_nothing(self, open_one):
        done = threading.Event()

        def write(writer):
            log = open_one()
            for batch in range(BATCHES):
                log.append(events([f"{writer}-{batch}-{place}" for place in range(1 + batch % 9)]))

        def tail():
            log, found, last = open_one(), [], False
            while not last:
                last = done.is_set()
                found += follow(log, found[-1][0] if found else 0, 50)
            return found

        with ThreadPoolExecutor(WRITERS + 2) as pool:
            tails = [pool.submit(tail) for _ in range(2)]
            for each in [pool.submit(write, writer) for writer in range(WRITERS)]:
                each.result()
            done.set()
            seen = [each.result() for each in tails]
        total = WRITERS * sum(1 + batch % 9 for batch in range(BATCHES))
        assert [offset for offset, _ in seen[0]] == list(range(1, total + 1))
        assert len({each.event_id for _, each in seen[0]}) == total
        assert seen[0] == seen[1] == follow(open_one())

    def test_the_same_batch_from_everybody_at_once_is_kept_once(self, open_one):
        logs = [open_one() for _ in range(WRITERS)]
        with ThreadPoolExecutor(WRITERS) as pool:
            appended = list(pool.map(lambda log: log.append(events("abcdefgh")), logs))
        assert sum(len(each.fresh) for each in appended) == 8
        assert logs[0].end() == 8

    def test_what_is_compacted_is_gone_and_asking_for_it_is_an_error(self, log, open_one):
        log.append(events("abcde"))
        assert log.compact(3) == 3
        assert [offset for offset, _ in log.read(3, 10)] == [4, 5]
        with pytest.raises(EventsCompactedError, match="up to 3"):
            open_one().read(2, 10)
        assert log.compact(2) == 0
        assert log.append(events("a")).start == 6

    def test_many_events_are_compacted_while_others_write(self, log, open_one):
        log.append(events([f"old{place}" for place in range(9_000)]))
        batches = [events([f"{batch}-{place}" for place in range(10)]) for batch in range(50)]
        with ThreadPoolExecutor(2) as pool:
            writing = pool.submit(lambda: [log.append(each) for each in batches])
            gone = open_one().compact(1_000_000)
            starts = [each.start for each in writing.result()]
        assert starts == list(range(9_001, 9_501, 10))
        assert gone >= 9_000
        assert [offset for offset, _ in follow(log, gone)] == list(range(gone + 1, 9_501))

    def test_offsets_go_on_after_all_was_compacted(self, log, open_one):
        log.append(events("abc"))
        assert log.compact(100) == 3
        assert open_one().append(events("d")).start == 4
        assert [offset for offset, _ in log.read(3, 10)] == [4]

    def test_a_reader_who_is_forgotten_leaves_no_event(self, log):
        log.append([event("a", "u1"), event("b", "u2"), event("c", "u1")])
        assert log.forget("u1") == 2
        assert log.read(0, 10) == [(2, event("b", "u2"))]
        assert log.append(events("d")).start == 4
        assert log.forget("nobody") == 0

    def test_that_somebody_is_to_be_forgotten_is_not_forgotten(self, log):
        last = event("b", "u1", item="", kind=FORGET)
        log.append([event("a", "u1"), last, event("c", "u1")])
        assert log.forget("u1") == 2
        assert log.read(0, 10) == [(2, last)]

    def test_what_is_told_of_an_item_is_read_as_it_was_written(self, log):
        told = event(
            "a", user="", item="i9", kind=ITEM, details={"title": "Chuva à noite", "published_ms": 5}
        )
        log.append([event("b"), told])
        assert [each for _, each in log.read(0, 10)] == [event("b"), told]
        assert [each.kind for _, each in log.read(0, 10)] == [READ, ITEM]

    def test_a_killed_writer_has_written_what_was_acknowledged(self, address, open_one):
        command = [sys.executable, "-m", "tests.support.events", address]
        told = []
        for run in range(2):
            with (
                subprocess.Popen([*command, f"a{run}"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as one,
                subprocess.Popen([*command, f"b{run}"], stdout=subprocess.PIPE, text=True, cwd=ROOT) as two,
            ):
                for each in (one, two):
                    told += [each.stdout.readline().strip() for _ in range(200)]
                    each.send_signal(signal.SIGKILL)
                    told += [line.strip() for line in each.stdout if line.endswith("\n")]
        log = open_one()
        found = follow(log)
        kept = {each.event_id for _, each in found}
        assert len(told) >= 800
        assert set(told) <= kept
        assert [offset for offset, _ in found] == list(range(1, len(found) + 1))
        assert log.append(events("z")).start == len(found) + 1


def goes_on(log, open_one):
    """A log that holds the event `a` from before there were kinds."""
    item = event("b", user="", item="i9", kind=ITEM, details={"title": "x"})
    assert log.read(0, 10) == [(1, event("a"))]
    assert log.append([event("a"), item]).duplicates == {0}
    assert open_one().read(0, 10) == log.read(0, 10) == [(1, event("a")), (2, item)]


class TestSqlite(LogContract):
    @pytest.fixture
    def address(self, tmp_path):
        return f"sqlite://{tmp_path}/events/log.sqlite3"

    def test_nothing_is_made_before_the_first_event(self, log, tmp_path):
        log.read(0, 1)
        assert not (tmp_path / "events").exists()

    def test_an_empty_address_is_a_file_in_the_folder(self, tmp_path):
        log = open_log("", tmp_path)
        log.append(events("a"))
        log.close()
        assert (tmp_path / FILE).exists()

    def test_a_full_disk_is_told_and_loses_nothing(self, address, open_one):
        command = [sys.executable, "-m", "tests.support.events", address, "w", "400000"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            told = []
            while "Error" not in (line := child.stdout.readline().strip()):
                assert line
                told.append(line)
        assert line.startswith("VolumeFullError: ")
        assert {each.event_id for _, each in follow(open_one())} >= set(told)
        assert len(told) > 100

    def test_who_opens_it_while_another_process_makes_it_waits(self, log, tmp_path):
        (tmp_path / "events").mkdir()
        with closing(sqlite3.connect(tmp_path / "events" / "log.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = log.submit(events("a"))
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
            other.execute("COMMIT")
        assert waiting.result().end == 1

    def test_a_log_of_before_there_were_kinds_goes_on(self, log, open_one, tmp_path):
        (tmp_path / "events").mkdir()
        with closing(sqlite3.connect(tmp_path / "events" / "log.sqlite3")) as old:
            old.executescript(
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
        goes_on(log, open_one)

    def test_a_forgotten_reader_is_in_no_file(self, log, tmp_path):
        log.append([event("a", "someone-to-forget"), *events(range(50))])
        log.forget("someone-to-forget")
        files = list((tmp_path / "events").iterdir())
        assert all(b"someone-to-forget" not in path.read_bytes() for path in files)

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").write_text("")
        log = open_log(f"sqlite://{tmp_path}/file/log.sqlite3", tmp_path)
        with pytest.raises(EventLogError, match=f"{tmp_path}/file/log.sqlite3: the event log cannot be used"):
            log.append(events("a"))
        log.close()

    def test_what_is_no_log_is_told(self, tmp_path):
        (tmp_path / FILE).write_bytes(b"no database" * 1_000)
        log = open_log("", tmp_path)
        for act in (log.end, lambda: log.append(events("a"))):
            with pytest.raises(EventLogError, match="not a database"):
                act()
        log.close()


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestPostgres(LogContract):
    @pytest.fixture
    def address(self, server):
        return own_database(server)

    def test_a_log_comes_back_after_its_connections_were_cut(self, log, server):
        log.append(events("a"))
        execute(server, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'events'")
        with pytest.raises(EventLogError, match=r"event log on 127\.0\.0\.1: the event log cannot be used"):
            log.append(events("b"))
        assert log.append(events("b")).start == 2

    def test_a_log_of_before_there_were_kinds_goes_on(self, address, log, open_one):
        execute(
            address,
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
        goes_on(log, open_one)

    def test_a_server_that_is_not_there_is_named_without_the_password(self, tmp_path):
        log = open_log("postgresql://events:secret@127.0.0.1:1/events", tmp_path)
        with pytest.raises(EventLogError, match="EVENTS_URL") as told:
            log.read(0, 1)
        assert "secret" not in str(told.value)
        log.close()


def test_an_address_of_another_kind_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="EVENTS_URL: there is no event log of the kind 'kafka'"):
        open_log("kafka://host", tmp_path)
