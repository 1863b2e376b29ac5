"""The service and the next run accept the same events and agree on which items are available."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.feedback.event_frames import events_to_frame, find_expiry_times, find_withdrawn, select_valid
from script_shared.events.event import EARLIEST_MS, FORGET, INTERACTION, ITEM, LATEST_MS, WITHDRAW, Event
from script_shared.events.validation import invalid_reason
from script_shared.inference.lists.availability import Availability

TIMES = st.one_of(
    st.integers(EARLIEST_MS - 3, EARLIEST_MS + 3),
    st.integers(LATEST_MS - 3, LATEST_MS + 3),
    st.integers(-(2**63), 2**63 - 1),
)
#: Any JSON value in the field of a time; an older version or another program may have logged it.
ODD_TIMES = st.one_of(TIMES, st.none(), st.booleans(), st.floats(), st.text(max_size=5), st.lists(st.none()))
DETAILS = st.dictionaries(st.sampled_from(["published_ms", "expires_ms"]), ODD_TIMES)
EVENTS = st.builds(
    Event,
    event_id=st.uuids().map(str),
    user_id=st.sampled_from(["", "u"]),
    item_id=st.sampled_from(["a", "b"]),
    time_ms=TIMES,
    details=DETAILS,
    kind=st.sampled_from([INTERACTION, ITEM, WITHDRAW, FORGET, "unheard of"]),
)


@settings(deadline=None, derandomize=True, database=None, max_examples=300)
@given(st.lists(EVENTS, max_size=8))
def test_service_and_pipeline_accept_the_same_events(events):
    rows = list(enumerate(events, 1))
    accepted = [offset for offset, event in rows if invalid_reason(event) is None]
    assert select_valid(events_to_frame(rows))["log_offset"].to_list() == accepted


@pytest.mark.parametrize("value", [None, True, "2020", "NaN", [1], {"a": 1}, 1.5e12, float("nan"), 10**30])
def test_service_and_pipeline_agree_on_odd_times(value):
    event = Event("e", "", "a", EARLIEST_MS, details={"published_ms": value}, kind=ITEM)
    assert (select_valid(events_to_frame([(1, event)])).height == 1) == (invalid_reason(event) is None)


STEPS = st.tuples(st.sampled_from([ITEM, WITHDRAW]), st.sampled_from([None, 10, 20, 30]))


@settings(deadline=None, derandomize=True, database=None, max_examples=200)
@given(st.lists(STEPS, max_size=10), st.integers(0, 10))
def test_availability_is_the_same_live_and_in_the_next_release(steps, released):
    """`released` events are part of a release; the service applies the remaining events, or all events."""
    details = [{} if end is None else {"expires_ms": EARLIEST_MS + end} for _, end in steps]
    events = [
        Event(f"e{at}", "", "a", EARLIEST_MS, details=item_details if kind == ITEM else {}, kind=kind)
        for at, ((kind, _), item_details) in enumerate(zip(steps, details, strict=True))
    ]
    live, after = (Availability(np.array([EARLIEST_MS])) for _ in range(2))
    released_events = events_to_frame(list(enumerate(events[:released], 1)))
    for moment in find_expiry_times(released_events).values():
        after.expire(0, moment)
    for _ in find_withdrawn(released_events):
        after.withdraw(0)
    for availability, applied in ((live, events), (after, events[released:])):
        for event in applied:
            if event.kind == WITHDRAW:
                availability.withdraw(0)
            else:
                availability.report(0, event.details.get("expires_ms"))
    for now in range(0, 40, 5):
        for availability in (live, after):
            availability.refresh(EARLIEST_MS + now)
        assert live.hidden.tolist() == after.hidden.tolist()
