"""Reads that name an impression are brought over from a real event log, once."""

import pytest

from pipelines.experiments.attribution import attribute_clicks
from script_shared.clock import FixedClock
from script_shared.events.event import FORGET
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.impression import Click
from tests.support.data.events import make_event
from tests.support.data.impressions import make_impression

CLOCK = FixedClock(1_800_000_000_000)


@pytest.fixture
def logs(tmp_path):
    events, impressions = open_log("", tmp_path), open_impressions("", tmp_path)
    impressions.write([make_impression(number, time_ms=100) for number in range(1, 5)], CLOCK.ms)
    yield events, impressions
    events.close()
    impressions.close()


def read(name, of, item="a", user="u1", time_ms=150):
    return make_event(name, user, item, time_ms, details={"impression_id": of, "seconds": 3.0})


def followed(impressions):
    return [(each.impression_id, each.item_id) for each in impressions.clicks("e")]


def test_only_reads_that_name_an_impression_are_brought_over(logs):
    events, impressions = logs
    events.append(
        [read("x", "1"), make_event("y"), make_event("z", "u1", "", kind=FORGET), read("w", "2", "b")]
    )
    assert attribute_clicks(events, impressions, CLOCK) == 2
    assert next(iter(impressions.clicks("e"))) == Click("champion", "r1", "1", "a", 50)
    assert followed(impressions) == [("1", "a"), ("2", "b")]
    assert impressions.attributed_offset() == 4


def test_it_goes_on_where_it_ended(logs):
    events, impressions = logs
    events.append([read("x", "1")])
    assert attribute_clicks(events, impressions, CLOCK) == 1
    assert attribute_clicks(events, impressions, CLOCK) == 0
    events.append([read("y", "2")])
    assert attribute_clicks(events, impressions, CLOCK) == 1
    assert followed(impressions) == [("1", "a"), ("2", "a")]


def test_what_was_brought_over_outlives_compaction(logs):
    events, impressions = logs
    events.append([read("x", "1"), read("y", "2")])
    attribute_clicks(events, impressions, CLOCK)
    events.compact(2)
    events.append([read("z", "3")])
    assert attribute_clicks(events, impressions, CLOCK) == 1
    assert followed(impressions) == [("1", "a"), ("2", "a"), ("3", "a")]


@pytest.mark.parametrize("through", [1, 2, 3, 4])
def test_what_was_compacted_unseen_is_passed_over(logs, through):
    events, impressions = logs
    events.append([read(f"x{number}", str(number)) for number in range(1, 5)])
    events.compact(through)
    assert attribute_clicks(events, impressions, CLOCK) == 4 - through
    assert followed(impressions) == [(str(number), "a") for number in range(through + 1, 5)]


def test_another_log_in_the_place_of_the_one_before_is_read_from_its_beginning(logs, tmp_path):
    events, impressions = logs
    events.append([make_event(number) for number in range(5)])
    attribute_clicks(events, impressions, CLOCK)
    other = open_log("", tmp_path / "other")
    other.append([read("x", "1")])
    assert attribute_clicks(other, impressions, CLOCK) == 1
    other.close()
    assert impressions.attributed_offset() == 1
