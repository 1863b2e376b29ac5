"""What clients send as events: its form, and how a body is taken apart element by element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Required

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    with_config,
)
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict

from app.schemas.query_parameters import MAX_ID, MAX_VALUE, PRINTABLE
from script_shared.events.event import EARLIEST_MS, LATEST_MS

MAX_EVENTS = 1_000

_MOMENTS = ("timestamp", "published_at", "expires_at")
_IDS = ("user_id", "item_id", "event_id", "session_id")
_MOMENT = "should be ISO 8601 with an offset from UTC, or whole milliseconds since 1970, from 2000 to 2100"

Id = Annotated[str, Field(min_length=1, max_length=MAX_ID, pattern=PRINTABLE)]
ShortText = Annotated[str, Field(min_length=1, max_length=MAX_VALUE, pattern=PRINTABLE)]
Measure = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Lets 10.0 be 10, as JSON has it.
WHOLE = BeforeValidator(_whole)


def _iso(told: Any) -> str:
    """Let only what looks like a date on: pydantic would read any number as a moment."""
    if not isinstance(told, str) or told[4:5] != "-":
        raise ValueError(_MOMENT)
    return told


def _within_bounds(moment: datetime) -> datetime:
    """Hold an ISO text to the bounds of a number."""
    if not EARLIEST_MS <= moment.timestamp() * 1000 <= LATEST_MS:
        raise ValueError(_MOMENT)
    return moment


Moment = (
    Annotated[int, Strict(), Field(ge=EARLIEST_MS, le=LATEST_MS)]
    | Annotated[AwareDatetime, Strict(False), BeforeValidator(_iso), AfterValidator(_within_bounds)]
)

#: No text passes for a number, and no field that nobody knows for one that counts.
STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(STRICT)
class EventBody(TypedDict, total=False):
    """What an event of any domain may say; a domain adds its own columns of an interaction."""

    user_id: Required[Annotated[Id, Field(description="The reader.")]]
    item_id: Required[Annotated[Id, Field(description="What was read.")]]
    timestamp: Annotated[
        Moment, Field(description=f"When; {_MOMENT}. Left out: the moment at which it arrives.")
    ]
    event_id: Annotated[Id, Field(description="Sent again, the event counts once; made where left out.")]
    session_id: Annotated[Id, Field(description="The visit it belongs to.")]
    impression_id: Annotated[ShortText, Field(description="The answer from which it came.")]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one event, or with the whole body where `field` is empty."""

    field: str
    message: str


class BodyError(Exception):
    """A body that is not JSON, or neither an event nor a list of them."""

    def __init__(self, message: str, too_long: bool = False) -> None:
        self.too_long = too_long
        super().__init__(message)


Sent = dict[str, Any]


class Bodies:
    """Takes bodies apart: all at once where nothing is wrong, element by element where something is.

    Args:
        kind: a typed dictionary, what an event may say.
        nouns: one of them and many, in a few words.
    """

    def __init__(self, kind: Any, nouns: tuple[str, str] = ("an event", "events")) -> None:
        self._nouns, self._required = nouns, kind.__required_keys__
        self._one: TypeAdapter[Sent] = TypeAdapter(kind)
        self._many: TypeAdapter[list[Sent]] = TypeAdapter(Annotated[list[kind], Field(max_length=MAX_EVENTS)])

    def schema(self) -> dict[str, Any]:
        """Describe a body as JSON Schema: one event, or a list."""
        one = self._one.json_schema()
        for name, property_ in one["properties"].items():
            about = {key: property_.pop(key) for key in ("description", "title") if key in property_}
            forms = [property_]
            if name in _IDS:
                forms.append({"type": "integer"})
            if name not in one["required"]:
                forms += [{"type": "null"}, {"const": ""}]
            one["properties"][name] = {**about, "anyOf": forms} if len(forms) > 1 else {**about, **property_}
        # Pydantic's own schema of the list has references, which would point nowhere in the API's document.
        return {"anyOf": [one, {"type": "array", "items": one, "maxItems": MAX_EVENTS}]}

    def parse(self, body: bytes, *, is_plain: bool = False) -> Sequence[Sent | Fault]:
        """Return each event of a body in its order, or what is wrong with it.

        Args:
            body: JSON.
            is_plain: it has no null, no empty text and no number where a field is optional or an id.

        Raises:
            BodyError: there are no events in it, or too many.
        """
        try:
            return [self._one.validate_json(body)] if _is_object(body) else self._many.validate_json(body)
        except ValidationError as error:
            plain = self._plain(body)
            if plain is not None and not is_plain:
                return self.parse(plain, is_plain=True)
            faults = self._faults(error, missing=_is_object(body))
        if _is_object(body):
            return [faults[0]]
        sent = from_json(body)
        sound = iter(self._many.validate_json(to_json([x for i, x in enumerate(sent) if i not in faults])))
        return [faults[place] if place in faults else next(sound) for place in range(len(sent))]

    def _plain(self, body: bytes) -> bytes | None:
        """Return the body without optional fields that are null or empty, and with ids as texts.

        None where it is not JSON.
        """
        try:
            sent = from_json(body)
        except ValueError:
            return None
        if isinstance(sent, list):
            return to_json([self._element(each) for each in sent])
        return to_json(self._element(sent))

    def _element(self, sent: Any) -> Any:
        if not isinstance(sent, dict):
            return sent
        kept = {n: value for n, value in sent.items() if n in self._required or value not in (None, "")}
        return {n: str(value) if n in _IDS and type(value) is int else value for n, value in kept.items()}

    def _faults(self, error: ValidationError, missing: bool) -> Mapping[int, Fault]:
        """Return the first fault of each element; without an index where `missing`."""
        found: dict[int, Fault] = {}
        for each in error.errors(include_url=False, include_context=False, include_input=False):
            place = (0, *each["loc"]) if missing else each["loc"]
            if each["type"] in ("json_invalid", "list_type") or not place:
                raise BodyError(self._message(each["type"], each["msg"]), each["type"] == "too_long")
            field = str(place[1])[:100] if len(place) > 1 else ""
            text = _MOMENT if field in _MOMENTS else each["msg"]
            found.setdefault(int(place[0]), Fault(field, text))
        return found

    def _message(self, kind: str, text: str) -> str:
        one, many = self._nouns
        told = {
            "list_type": f"the body is neither {one} nor a list of {many}",
            "too_long": f"there are more than {MAX_EVENTS} {many}",
        }
        return told.get(kind, text)


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"
