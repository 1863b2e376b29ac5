"""The writer with a SQLite log: every impression is written or counted as dropped."""

import threading

import pytest

from script_shared.clock import FixedClock
from script_shared.errors import EventLogError
from script_shared.impressions.erasure import Erasure
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.writer import MAX_QUEUE, Listener, LogWriter
from tests.support.data.impressions import make_impression
from tests.support.processes.api_process import wait_for

NOW, DAY = 1_800_000_000_000, 86_400_000


class Recorder:
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
def recorder():
    return Recorder()


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def start(tmp_path, recorder, clock):
    def start(folder=tmp_path, pause=0.01):
        return LogWriter(open_impressions("", folder), DAY, recorder.listener(), clock, pause)

    return start


@pytest.fixture
def read_ids(tmp_path):
    def read_ids(folder=tmp_path):
        log = open_impressions("", folder)
        ids = [row.impression_id for row in log.newest(10**6)]
        log.close()
        return ids

    return read_ids


def test_close_writes_the_queue(start, read_ids, recorder):
    writer = start(pause=60)
    for number in range(2_500):
        writer.put(make_impression(number))
    writer.close()
    assert sorted(map(int, read_ids())) == list(range(2_500))
    assert (recorder.written, recorder.dropped, recorder.errors) == (2_500, 0, [])


def test_writer_writes_while_it_runs(start, read_ids, recorder):
    writer = start()
    writer.put(make_impression(1))
    wait_for(lambda: recorder.written, "the impression is written")
    assert read_ids() == ["1"]
    writer.close()


def test_impressions_beyond_the_queue_limit_are_dropped_and_counted(start, read_ids, recorder):
    writer = start(pause=60)
    for number in range(MAX_QUEUE + 7):
        writer.put(make_impression(number))
    writer.close()
    assert (recorder.written, recorder.dropped, len(read_ids())) == (MAX_QUEUE, 7, MAX_QUEUE)


def test_impressions_wait_while_the_log_cannot_be_written(start, read_ids, recorder, tmp_path):
    folder = tmp_path / "place"
    folder.write_text("no folder")
    writer = start(folder)
    writer.put(make_impression(1))
    assert recorder.failed.wait(10)
    with pytest.raises(EventLogError):
        writer.forget(Erasure(["nobody"])).result(10)
    writer.put(make_impression(2))
    folder.unlink()
    wait_for(lambda: recorder.written == 2, "both impressions are written")
    writer.close()
    assert sorted(read_ids(folder)) == ["1", "2"]
    assert recorder.dropped == 0


def test_close_counts_impressions_it_cannot_write(start, recorder, tmp_path):
    (tmp_path / "place").write_text("no folder")
    writer = start(tmp_path / "place", pause=60)
    writer.put(make_impression(1))
    writer.close()
    assert (recorder.written, recorder.dropped) == (0, 1)


def test_invalid_impression_is_dropped_and_the_others_are_written(start, read_ids, recorder):
    writer = start(pause=60)
    writer.put(make_impression("bad", items=(b"bytes",)))
    writer.close()
    writer = start()
    writer.put(make_impression("good"))
    writer.close()
    assert (recorder.dropped, recorder.written, read_ids()) == (1, 1, ["good"])


def test_forget_removes_a_user_from_the_queue_and_the_log(start, read_ids, recorder):
    first = start()
    first.put(make_impression("written", "gone"))
    first.close()
    writer = start(pause=60)
    writer.put(make_impression("waiting", "gone"))
    writer.put(make_impression("another", "stays"))
    assert writer.forget(Erasure(["gone", "older name"])).result(10) == 1
    writer.close()
    assert read_ids() == ["another"]


def test_forget_is_retried_until_it_succeeds(start, read_ids, tmp_path, recorder):
    first = start(tmp_path / "place")
    first.put(make_impression("written", "gone"))
    first.close()
    (tmp_path / "place").rename(tmp_path / "aside")
    (tmp_path / "place").write_text("no folder")
    writer = start(tmp_path / "place")
    with pytest.raises(EventLogError):
        writer.forget(Erasure(["gone"])).result(10)
    (tmp_path / "place").unlink()
    (tmp_path / "aside").rename(tmp_path / "place")
    wait_for(lambda: read_ids(tmp_path / "place") == [], "the user is forgotten")
    writer.close()


def test_old_impressions_are_removed(start, read_ids, clock):
    writer = start()
    writer.put(make_impression("old"))
    writer.close()
    clock.ms += DAY + 1
    writer = start()
    writer.put(make_impression("new"))
    writer.close()
    assert read_ids() == ["new"]


def test_every_caller_of_forget_gets_the_error(start, tmp_path):
    (tmp_path / "place").write_text("no folder")
    writer = start(tmp_path / "place", pause=60)
    for future in [writer.forget(Erasure(["gone"])) for _ in range(3)]:
        with pytest.raises(EventLogError):
            future.result(10)
    writer.close()
