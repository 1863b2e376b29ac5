"""Turns the events of applications into the spine's events: one of the opening and one of the applicant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.schemas.body_parser import Element, InvalidElement
from app.serving.event_validation import EventValidator
from script_shared.domains.recruiting.applications import APPLIED, STATUSES, WITHDRAWN
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.events.event import Event
from script_shared.inference.engine import Engine

#: Separates an event's id from the mark of the reverse direction; no client's id contains it.
_REVERSE = "\x1freverse"


class ApplicationValidator:
    """Validates the events of a request against the engine's clock, openings and applicants.

    Args:
        engine: the engine of the served release.

    Attributes:
        events: the events to log, two for each valid element, in the order sent.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._validator = engine, EventValidator(engine)
        self.events: list[Event] = []

    def validate(self, elements: Sequence[Element | InvalidElement]) -> None:
        """Validate the elements of a body in their order."""
        self._validator.validate(
            element if isinstance(element, InvalidElement) else _to_interaction(element)
            for element in elements
        )
        for event in self._validator.events:
            self.events += _make_both(event)

    def results(self, duplicates: frozenset[int]) -> list[dict[str, Any]]:
        """Return the result of each element, in the order sent.

        Args:
            duplicates: indices in `events` of those that the log contained already.
        """
        own = self._validator.events
        repeated = frozenset(index // 2 for index in duplicates if not index % 2)
        results = self._validator.results(repeated)
        openings = {event.event_id: event.user_id for event in own}
        return [self._add_unknown_opening(result, openings) for result in results]

    def _add_unknown_opening(self, result: dict[str, Any], openings: Mapping[str, str]) -> dict[str, Any]:
        """Report an unknown opening like an unknown applicant, which is the item of the first direction."""
        opening = openings.get(result.get("event_id", ""))
        if opening is None or result["status"] == "duplicate" or self._engine.has_item(opening):
            return result
        return result | {"status": "unknown-item"}


def make_withdrawal(event_id: str, opening: str, applicant: str, now_ms: int) -> list[Event]:
    """Return the events that an applicant has withdrawn an application, by the ids of both."""
    return _make_both(Event(event_id, opening, applicant, now_ms, None, OPENING, {"status": WITHDRAWN}))


def _make_both(event: Event) -> list[Event]:
    """Return an opening's event with an applicant, and the applicant's with the opening."""
    if event.details["status"] != STATUSES[APPLIED]:
        event = event._replace(details={**event.details, "updated_at": event.time_ms})
    reverse = event._replace(
        event_id=event.event_id + _REVERSE,
        user_id=event.item_id,
        item_id=event.user_id,
        user_type=APPLICANT,
    )
    return [event, reverse]


def _to_interaction(element: Element) -> Element:
    opening, applicant = element.pop("opening_id"), element.pop("applicant_id")
    status = STATUSES[element.pop("status", APPLIED)]
    return {
        **element,
        "user_id": make_id(OPENING, opening),
        "item_id": make_id(APPLICANT, applicant),
        "user_type": OPENING,
        "status": status,
    }
