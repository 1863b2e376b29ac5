"""An impression: a list of recommendations shown to a user, and the interactions that followed it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from script_shared.impressions.erasure import Erasure


class Impression(NamedTuple):
    """A logged response; a tuple, because a request waits while it is created.

    Attributes:
        impression_id: unique id of the response, which the response contains.
        pseudonym: of the user, None for one without an id.
        time_ms: time by the clock of the release, ms UTC.
        experiment: name of the running experiment, empty where there was none.
        variant: `champion` or `challenger`.
        release: id of the release.
        segment, model: of the user, and of the segment.
        items: ids of the items, best first.
        latency_us: from the arrival of the request at its route until the items were ranked, µs.
    """

    impression_id: str
    pseudonym: str | None
    time_ms: int
    experiment: str
    variant: str
    release: str
    segment: str
    model: str
    items: Sequence[str]
    latency_us: int

    def concerns(self, erasure: Erasure) -> bool:
        """Return whether the impression was shown to an erased user, or shows one who is an item."""
        return self.pseudonym in erasure.pseudonyms or erasure.item_id in self.items


class AttributedInteraction(NamedTuple):
    """An interaction that names the impression it followed; the impression contains the pseudonym."""

    impression_id: str
    item_id: str
    time_ms: int


class ImpressionCount(NamedTuple):
    """The number of a user's impressions of a variant's release."""

    variant: str
    release: str
    pseudonym: str
    impressions: int


class Click(NamedTuple):
    """An interaction with an item of the impression it followed, `after_ms` ms after the impression."""

    variant: str
    pseudonym: str
    impression_id: str
    item_id: str
    after_ms: int


Row = tuple[str, str | None, int, str, str, str, str, str, str, int]


def to_row(impression: Impression) -> Row:
    """Convert an impression to a table row; the items become a JSON list."""
    return (*impression[:8], json.dumps(list(impression.items)), impression.latency_us)


def from_row(row: Row) -> Impression:
    """Convert a table row to an impression."""
    return Impression(*row[:8], tuple(json.loads(row[8])), row[9])
