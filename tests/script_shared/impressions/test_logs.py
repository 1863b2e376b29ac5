"""What an inference log promises, held by every engine."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from script_shared.errors import EventLogError, SettingsError
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.impression import Click, Followed, Shown
from tests.support.events import event
from tests.support.impressions import impression
from tests.support.postgres import execute, postgres_server

#: Examples follow each other in one log, and every engine draws its own.
REUSED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NOW = 1_800_000_000_000


class ImpressionsContract:
    """Inherit, and give a fixture `address` that names an empty event log."""

    @pytest.fixture
    def open_one(self, address, tmp_path):
        opened = []

        def open_one():
            opened.append(open_impressions(address, tmp_path))
            return opened[-1]

        yield open_one
        for log in opened:
            log.close()

    @pytest.fixture
    def log(self, open_one):
        return open_one()

    def test_an_empty_log_knows_nothing(self, log):
        assert (list(log.newest(9)), list(log.experiments()), log.followed_through()) == ([], [], 0)
        assert (list(log.shown("e")), list(log.clicks("e"))) == ([], [])
        assert (log.forget(["r1"]), log.prune(NOW)) == (0, 0)

    @settings(max_examples=25, deadline=None, suppress_health_check=REUSED)
    @given(
        texts=st.tuples(TEXT, TEXT, TEXT, TEXT, TEXT),
        items=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5).map(tuple),
        time_ms=st.integers(0, 2**53),
        user=st.none() | TEXT,
    )
    def test_an_impression_is_read_as_it_was_written(self, log, texts, items, time_ms, user):
        names = ("experiment", "variant", "release", "segment", "model")
        written = impression("i", user, time_ms=time_ms, items=items, **dict(zip(names, texts, strict=True)))
        log.write([written], NOW)
        assert list(log.newest(9)) == [written]
        log.prune(NOW + 1)

    def test_what_is_written_twice_is_there_once(self, log, open_one):
        many = [impression(number, f"r{number % 7}") for number in range(120)]
        log.write(many, NOW)
        open_one().write([*many[50:], impression("new")], NOW + 1)
        assert {each.impression_id for each in open_one().newest(500)} == {*map(str, range(120)), "new"}

    def test_the_newest_come_first(self, log):
        log.write([impression("a", time_ms=2), impression("b", time_ms=3)], NOW)
        log.write([impression("c", time_ms=1)], NOW + 1)
        assert [each.impression_id for each in log.newest(2)] == ["c", "b"]

    def test_experiments_are_named_in_their_order(self, log):
        told = [("late", 9), ("early", 1), ("early", 5), ("", 99)]
        log.write([impression(n, experiment=e, time_ms=t) for n, (e, t) in enumerate(told)], NOW)
        assert list(log.experiments()) == ["early", "late"]

    def test_impressions_are_counted_by_reader_and_release(self, log):
        log.write(
            [
                impression(1, "r1"),
                impression(2, "r1"),
                impression(3, "r2", variant="challenger", release="second"),
                impression(4, None),
                impression(5, "r3", experiment="another"),
            ],
            NOW,
        )
        assert list(log.shown("e")) == [
            Shown("challenger", "second", "r2", 1),
            Shown("champion", "first", "r1", 2),
        ]

    def test_reads_that_followed_are_joined_with_what_they_followed(self, log):
        reads = [
            Followed("1", "b", 160),
            Followed("1", "not on the list", 170),
            Followed("unheard of", "a", 1),
        ]
        log.follow(reads, 17, NOW)
        log.write([impression(1, time_ms=100), impression(2, time_ms=100)], NOW)
        log.follow([Followed("1", "b", 999), Followed("2", "a", 90)], 19, NOW)
        assert list(log.clicks("e")) == [
            Click("champion", "r1", "1", "b", 60),
            Click("champion", "r1", "2", "a", -10),
        ]
        assert (list(log.clicks("another")), log.followed_through()) == ([], 19)

    def test_a_reader_who_is_forgotten_leaves_nothing(self, log, open_one):
        log.write([impression(1), impression(2, "older name"), impression(3, "r2")], NOW)
        log.follow([Followed("1", "a", 1), Followed("3", "a", 1)], 2, NOW)
        assert open_one().forget(["r1", "older name"]) == 2
        assert [each.impression_id for each in log.newest(9)] == ["3"]
        # Where the impression comes back, what followed it does not.
        log.write([impression(1)], NOW)
        assert [each.impression_id for each in log.clicks("e")] == ["3"]

    def test_what_is_old_is_taken_out(self, log):
        log.write([impression(1)], NOW)
        log.write([impression(2)], NOW + 10)
        log.follow([Followed("1", "a", 1), Followed("2", "a", 1)], 2, NOW + 5)
        assert log.prune(NOW + 10) == 1
        assert [each.impression_id for each in log.newest(9)] == ["2"]
        assert list(log.clicks("e")) == []

    def test_many_write_at_once(self, open_one):
        logs = [open_one() for _ in range(4)]

        def write(writer):
            for batch in range(10):
                names = [f"{writer}-{batch}-{place}" for place in range(60)]
                logs[writer].write([impression(name) for name in names], NOW)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        assert list(logs[0].shown("e")) == [Shown("champion", "first", "r1", 2_400)]

    def test_the_event_log_lies_beside_it_unharmed(self, log, address, tmp_path):
        events = open_log(address, tmp_path)
        events.append([event("a")])
        log.write([impression(1)], NOW)
        assert events.append([event("b")]).start == 2
        assert [each.impression_id for each in log.newest(9)] == ["1"]
        events.close()


class TestSqlite(ImpressionsContract):
    @pytest.fixture
    def address(self, tmp_path):
        return f"sqlite://{tmp_path}/events/log.sqlite3"

    def test_it_is_a_file_of_its_own_beside_the_event_log(self, log, tmp_path):
        assert not (tmp_path / "events").exists()
        log.write([impression(1)], NOW)
        assert (tmp_path / "events" / "log.impressions.sqlite3").exists()
        other = open_impressions("", tmp_path)
        other.write([impression(1)], NOW)
        other.close()
        assert (tmp_path / "log.impressions.sqlite3").exists()

    def test_a_forgotten_reader_is_in_no_file(self, log, tmp_path):
        log.write([impression(1, "someone-to-forget"), *(impression(n) for n in range(2, 90))], NOW)
        log.forget(["someone-to-forget"])
        files = list((tmp_path / "events").iterdir())
        assert files
        assert all(b"someone-to-forget" not in path.read_bytes() for path in files)

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").write_text("")
        log = open_impressions(f"sqlite://{tmp_path}/file/log.sqlite3", tmp_path)
        with pytest.raises(EventLogError, match="the inference log cannot be used"):
            log.write([impression(1)], NOW)


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestPostgres(ImpressionsContract):
    @pytest.fixture(scope="class")
    @staticmethod
    def server():
        with postgres_server() as address:
            yield address

    @pytest.fixture
    def address(self, server):
        open_log(server, None).close()
        execute(server, "DROP TABLE IF EXISTS impressions, follows, followed, events, ends")
        return server

    def test_a_server_that_is_not_there_is_named_without_the_password(self):
        log = open_impressions("postgresql://events:secret@127.0.0.1:1/events", None)
        with pytest.raises(EventLogError, match=r"inference log on 127\.0\.0\.1: the inference log") as told:
            log.newest(1)
        assert "secret" not in str(told.value)


def test_an_address_of_another_kind_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="EVENTS_URL"):
        open_impressions("kafka://host", tmp_path)
