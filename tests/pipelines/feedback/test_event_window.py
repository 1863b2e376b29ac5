"""Events of a period come from the archive and from the log, each once."""

import pytest

from pipelines.domains import load
from pipelines.feedback.event_window import read_events
from pipelines.plans.monitoring import LogWindow
from pipelines.stages.collect import collect
from script_shared.events.event import FORGET
from script_shared.events.factory import open_log
from script_shared.storage.volume import Volume
from tests.support.data.events import make_event

START, END = 1_700_000_000_000, 1_700_000_100_000


@pytest.fixture
def volume(tmp_path):
    return Volume(tmp_path / "news")


@pytest.fixture
def append(volume):
    log = open_log("", volume.events)
    yield lambda *events: log.append(events)
    log.close()


def names(volume, from_ms=START, to_ms=END, **options):
    return read_events(LogWindow(volume, "", from_ms, to_ms), **options)["event_id"].to_list()


def test_archived_and_recent_events_are_joined(volume, append):
    append(make_event("a", time_ms=START), make_event("b", time_ms=START + 1))
    collect(load("news"), volume, "run-1")
    append(make_event("c", time_ms=START + 2))
    assert names(volume) == ["a", "b", "c"]


def test_the_end_of_the_period_is_not_included(volume, append):
    append(*[make_event(time, time_ms=time) for time in (START - 1, START, END - 1, END)])
    expected = [str(START), str(END - 1)]
    assert names(volume) == expected
    collect(load("news"), volume, "run-1")
    assert names(volume) == expected


def test_events_that_the_log_no_longer_contains_are_read_from_the_archive(volume, append):
    append(make_event("a", time_ms=START), make_event("b", time_ms=START))
    collect(load("news"), volume, "run-1")
    log = open_log("", volume.events)
    log.compact(2)
    log.close()
    assert names(volume) == ["a", "b"]


def test_events_of_forgotten_users_are_left_out(volume, append):
    append(make_event("a", user="ana", time_ms=START), make_event("b", user="bea", time_ms=START))
    collect(load("news"), volume, "run-1")
    append(make_event("f", user="ana", item="", time_ms=END + 1, kind=FORGET))
    assert names(volume) == ["b"]


def test_without_any_event_the_frame_is_empty(volume):
    assert names(volume) == []


def test_a_forgotten_user_that_is_an_item_is_left_out_as_an_item_too(volume, append):
    append(make_event("a", user="bea", item="ana", time_ms=START), make_event("b", user="bea", time_ms=START))
    collect(load("news"), volume, "run-1")
    append(make_event("f", user="ana", item="", time_ms=END + 1, kind=FORGET))
    assert names(volume) == ["a", "b"]
    assert names(volume, users_are_items=True) == ["b"]
