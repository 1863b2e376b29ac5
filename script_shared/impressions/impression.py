"""One impression: a list that was shown to a reader, and a read that followed it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple


class Impression(NamedTuple):
    """One answer as it is logged; a tuple, since it is made while a request waits.

    Attributes:
        impression_id: made anew for each answer, and given with it.
        reader: the reader's pseudonym, None for one without an id.
        time_ms: when, ms UTC by the clock of the release.
        experiment: the experiment that was running, empty while there was none.
        variant: `champion` or `challenger`.
        release: its id.
        segment, model: who chose the items.
        items: ids of the items, best first.
        latency_us: from the request's arrival at its route until the items were chosen, µs.
    """

    impression_id: str
    user: str | None
    time_ms: int
    experiment: str
    variant: str
    release: str
    segment: str
    model: str
    items: Sequence[str]
    latency_us: int


class Followed(NamedTuple):
    """A read that named the impression from which it came; whose it is the impression says."""

    impression_id: str
    item_id: str
    time_ms: int


class Shown(NamedTuple):
    """How many impressions a reader had of a variant's release."""

    variant: str
    release: str
    user: str
    impressions: int


class Click(NamedTuple):
    """A read of something that was on the list, and how long after it was shown, ms."""

    variant: str
    user: str
    impression_id: str
    item_id: str
    after_ms: int


Row = tuple[str, str | None, int, str, str, str, str, str, str, int]


def to_row(impression: Impression) -> Row:
    """Return the impression as a table keeps it: the items are a JSON list."""
    return (*impression[:8], json.dumps(list(impression.items)), impression.latency_us)


def from_row(row: Row) -> Impression:
    """Return the impression that `to_row` gave."""
    return Impression(*row[:8], tuple(json.loads(row[8])), row[9])
