"""The writer on a real log: what is put is written or counted, and nobody waits."""

import threading

import pytest

from script_shared.clock import FixedClock
from script_shared.errors import EventLogError
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.writer import WAITING, ImpressionWriter, Listener
from tests.support.impressions import impression
from tests.support.servers import until

NOW, DAY = 1_800_000_000_000, 86_400_000


class Ear:
    def __init__(self):
        self.written, self.dropped, self.errors = 0, 0, []
        self.failed = threading.Event()

    def listener(self):
        return Listener(self._write, self._drop, self._fail)

    def _write(self, count):
        self.written += count

    def _drop(self, count):
        self.dropped += count

    def _fail(self, error):
        self.errors.append(error)
        self.failed.set()


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def start(tmp_path, ear, clock):
    def start(folder=tmp_path, pause=0.01):
        return ImpressionWriter(open_impressions("", folder), DAY, ear.listener(), clock, pause)

    return start


@pytest.fixture
def kept(tmp_path):
    def kept(folder=tmp_path):
        log = open_impressions("", folder)
        found = [each.impression_id for each in log.newest(10**6)]
        log.close()
        return found

    return kept


def test_all_that_was_put_is_written_when_it_is_closed(start, kept, ear):
    writer = start(pause=60)
    for number in range(2_500):
        writer.put(impression(number))
    writer.close()
    assert sorted(map(int, kept())) == list(range(2_500))
    assert (ear.written, ear.dropped, ear.errors) == (2_500, 0, [])


def test_it_writes_while_it_runs(start, kept, ear):
    writer = start()
    writer.put(impression(1))
    until(lambda: ear.written, "it is written")
    assert kept() == ["1"]
    writer.close()


def test_more_than_memory_should_hold_is_dropped_and_counted(start, kept, ear):
    writer = start(pause=60)
    for number in range(WAITING + 7):
        writer.put(impression(number))
    writer.close()
    assert (ear.written, ear.dropped, len(kept())) == (WAITING, 7, WAITING)


def test_while_it_cannot_be_written_it_waits(start, kept, ear, tmp_path):
    place = tmp_path / "place"
    place.write_text("no folder")
    writer = start(place)
    writer.put(impression(1))
    assert ear.failed.wait(10)
    with pytest.raises(EventLogError):
        writer.forget(["nobody"]).result(10)
    writer.put(impression(2))
    place.unlink()
    until(lambda: ear.written == 2, "both are written")
    writer.close()
    assert sorted(kept(place)) == ["1", "2"]
    assert ear.dropped == 0


def test_what_cannot_be_written_in_the_end_is_counted(start, ear, tmp_path):
    (tmp_path / "place").write_text("no folder")
    writer = start(tmp_path / "place", pause=60)
    writer.put(impression(1))
    writer.close()
    assert (ear.written, ear.dropped) == (0, 1)


def test_what_no_log_can_hold_is_dropped_and_the_rest_goes_on(start, kept, ear):
    writer = start(pause=60)
    writer.put(impression("bad", items=(b"bytes",)))
    writer.close()
    writer = start()
    writer.put(impression("good"))
    writer.close()
    assert (ear.dropped, ear.written, kept()) == (1, 1, ["good"])


def test_a_reader_is_forgotten_in_what_waits_as_in_what_is_written(start, kept, ear):
    first = start()
    first.put(impression("written", "gone"))
    first.close()
    writer = start(pause=60)
    writer.put(impression("waiting", "gone"))
    writer.put(impression("another", "stays"))
    assert writer.forget(["gone", "older name"]).result(10) == 1
    writer.close()
    assert kept() == ["another"]


def test_what_is_to_be_forgotten_is_forgotten_once_that_can_be_done(start, kept, tmp_path, ear):
    first = start(tmp_path / "place")
    first.put(impression("written", "gone"))
    first.close()
    (tmp_path / "place").rename(tmp_path / "aside")
    (tmp_path / "place").write_text("no folder")
    writer = start(tmp_path / "place")
    with pytest.raises(EventLogError):
        writer.forget(["gone"]).result(10)
    (tmp_path / "place").unlink()
    (tmp_path / "aside").rename(tmp_path / "place")
    until(lambda: kept(tmp_path / "place") == [], "the reader is forgotten")
    writer.close()


def test_what_is_older_than_it_is_kept_goes(start, kept, clock):
    writer = start()
    writer.put(impression("old"))
    writer.close()
    clock.ms += DAY + 1
    writer = start()
    writer.put(impression("new"))
    writer.close()
    assert kept() == ["new"]


def test_everybody_who_waits_for_a_reader_to_be_forgotten_is_told(start, tmp_path):
    (tmp_path / "place").write_text("no folder")
    writer = start(tmp_path / "place", pause=60)
    for each in [writer.forget(["gone"]) for _ in range(3)]:
        with pytest.raises(EventLogError):
            each.result(10)
    writer.close()
