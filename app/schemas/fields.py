"""Types of the fields that several bodies and parameters have, and their bounds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from script_shared.events.event import EARLIEST_MS, LATEST_MS

MAX_ID = 256
MAX_VALUE = 64

#: No C0 or C1 control characters, and no line or paragraph separators.
PRINTABLE = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$"
TIMESTAMP_FORMAT = (
    "should be ISO 8601 with an offset from UTC, or whole milliseconds since 1970, from 2000 to 2100"
)

#: Refuses unknown fields and texts in place of numbers.
STRICT = ConfigDict(extra="forbid", strict=True)

Id = Annotated[str, Field(min_length=1, max_length=MAX_ID, pattern=PRINTABLE)]
ShortText = Annotated[str, Field(min_length=1, max_length=MAX_VALUE, pattern=PRINTABLE)]
Measure = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


def _to_integer(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


#: Accepts 10.0 as 10: JSON has one type for numbers.
WHOLE_NUMBER = BeforeValidator(_to_integer)


def _require_iso_date(value: Any) -> str:
    """Refuse numbers, also in texts: pydantic would read any of them as a timestamp."""
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError(TIMESTAMP_FORMAT)
    return value


def _check_bounds(time: datetime) -> datetime:
    if not EARLIEST_MS <= time.timestamp() * 1000 <= LATEST_MS:
        raise ValueError(TIMESTAMP_FORMAT)
    return time


Timestamp = (
    Annotated[int, Strict(), Field(ge=EARLIEST_MS, le=LATEST_MS)]
    | Annotated[
        AwareDatetime, Strict(False), BeforeValidator(_require_iso_date), AfterValidator(_check_bounds)
    ]
)


_TIMESTAMP: TypeAdapter[int | datetime] = TypeAdapter(Timestamp)


def _parse_timestamp(value: Any) -> int:
    is_number = isinstance(value, str) and value.isascii() and value.isdigit()
    try:
        return to_milliseconds(_TIMESTAMP.validate_python(int(value) if is_number else value))
    except ValidationError as error:
        raise ValueError(TIMESTAMP_FORMAT) from error


#: A time in ms UTC since 1970; a query string or a body contains any form of `Timestamp`.
Milliseconds = Annotated[
    int,
    BeforeValidator(_parse_timestamp),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": EARLIEST_MS, "maximum": LATEST_MS},
                {"type": "string", "format": "date-time"},
            ]
        }
    ),
]


def to_milliseconds(timestamp: int | datetime) -> int:
    """Return a timestamp in ms UTC since 1970."""
    return timestamp if isinstance(timestamp, int) else round(timestamp.timestamp() * 1000)
