"""Interactions of the event log that name an impression are attributed to it once."""

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


def make_click(name, impression, item="a", user="u1", time_ms=150):
    return make_event(name, user, item, time_ms, details={"impression_id": impression, "seconds": 3.0})


def list_clicks(impressions):
    return [(click.impression_id, click.item_id) for click in impressions.clicks("e")]


def test_only_interactions_with_an_impression_id_are_attributed(logs):
    events, impressions = logs
    events.append(
        [
            make_click("x", "1"),
            make_event("y"),
            make_event("z", "u1", "", kind=FORGET),
            make_click("w", "2", "b"),
        ]
    )
    assert attribute_clicks(events, impressions, CLOCK) == 2
    assert next(iter(impressions.clicks("e"))) == Click("champion", "r1", "1", "a", 50)
    assert list_clicks(impressions) == [("1", "a"), ("2", "b")]
    assert impressions.attributed_offset() == 4


def test_attribution_resumes_after_its_last_event(logs):
    events, impressions = logs
    events.append([make_click("x", "1")])
    assert attribute_clicks(events, impressions, CLOCK) == 1
    assert attribute_clicks(events, impressions, CLOCK) == 0
    events.append([make_click("y", "2")])
    assert attribute_clicks(events, impressions, CLOCK) == 1
    assert list_clicks(impressions) == [("1", "a"), ("2", "a")]


def test_attributed_clicks_survive_compaction(logs):
    events, impressions = logs
    events.append([make_click("x", "1"), make_click("y", "2")])
    attribute_clicks(events, impressions, CLOCK)
    events.compact(2)
    events.append([make_click("z", "3")])
    assert attribute_clicks(events, impressions, CLOCK) == 1
    assert list_clicks(impressions) == [("1", "a"), ("2", "a"), ("3", "a")]


@pytest.mark.parametrize("through", [1, 2, 3, 4])
def test_events_compacted_before_attribution_are_skipped(logs, through):
    events, impressions = logs
    events.append([make_click(f"x{number}", str(number)) for number in range(1, 5)])
    events.compact(through)
    assert attribute_clicks(events, impressions, CLOCK) == 4 - through
    assert list_clicks(impressions) == [(str(number), "a") for number in range(through + 1, 5)]


def test_replaced_log_is_attributed_from_its_first_event(logs, tmp_path):
    events, impressions = logs
    events.append([make_event(number) for number in range(5)])
    attribute_clicks(events, impressions, CLOCK)
    other = open_log("", tmp_path / "other")
    other.append([make_click("x", "1")])
    assert attribute_clicks(other, impressions, CLOCK) == 1
    other.close()
    assert impressions.attributed_offset() == 1
