"""What the body of a recommendation request may say: the parameters of the query string, as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, create_model

from app.domains.base import DomainApi
from app.schemas.events import STRICT, WHOLE, Id
from app.schemas.query_parameters import (
    MAX_AGE_HOURS,
    MAX_COUNT,
    MAX_EXCLUDED,
    MAX_ID,
    MAX_OFFSET,
    MAX_RECENT,
    MAX_VALUE,
    PRINTABLE,
)
from app.serving.filters import Filters
from script_shared.types import Request

#: JSON's numbers are exact up to here.
_LARGEST = 2**53


def _text(value: Any) -> Any:
    """Take a whole number for the text that it is written as."""
    is_whole = type(value) in (int, float) and value == value // 1 and abs(value) <= _LARGEST
    return str(int(value)) if is_whole else value


def _schema(least: int) -> WithJsonSchema:
    """Describe an id of at least so many characters."""
    text = {"type": "string", "minLength": least, "maxLength": MAX_ID, "pattern": PRINTABLE}
    number = {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST}
    return WithJsonSchema({"anyOf": [text, number]})


ItemId = Annotated[Id, BeforeValidator(_text), _schema(1)]
ReaderId = Annotated[str, Field(max_length=MAX_ID, pattern=PRINTABLE), BeforeValidator(_text), _schema(0)]


class RecommendationBody(BaseModel):
    """A reader, which items are wanted and how many; ids are plain texts, or whole numbers.

    A domain adds its own columns.
    """

    model_config = STRICT

    user_id: Annotated[
        ReaderId | None,
        Field(description="The reader; left out for one without an id."),
    ] = None
    num_recs: Annotated[int, Field(ge=1, le=MAX_COUNT, description="How many items are wanted."), WHOLE] = 10
    offset: Annotated[
        int, Field(ge=0, le=MAX_OFFSET, description="How many of them to leave out."), WHOLE
    ] = 0
    recent_items: Annotated[
        list[ItemId], Field(max_length=MAX_RECENT, description="Items just read, oldest first.")
    ] = []
    category: Annotated[
        Annotated[str, Field(max_length=MAX_VALUE, pattern=PRINTABLE)] | None,
        Field(description="Only items of this category."),
    ] = None
    exclude: Annotated[
        list[ItemId], Field(max_length=MAX_EXCLUDED, description="Items that are not wanted.")
    ] = []
    max_age_hours: Annotated[
        Annotated[float, Field(gt=0, le=MAX_AGE_HOURS, allow_inf_nan=False)] | None,
        Field(description="Only items published within so many hours."),
    ] = None
    diversity: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            allow_inf_nan=False,
            description="From 0, the most relevant items, to 1, items of different categories.",
        ),
    ] = 0.0
    explain: Annotated[
        bool, Field(description="Say what speaks for each item; needs a key for readers' data.")
    ] = False

    @property
    def filters(self) -> Filters:
        """Which items may be in the answer."""
        return Filters(self.category, self.exclude, self.max_age_hours)


def body_reader(endpoint: DomainApi) -> Callable[..., Awaitable[RecommendationBody]]:
    """Make the dependency that reads a body with the domain's own columns."""
    fields: dict[str, Any] = {name: (hint, None) for name, hint in _particulars(endpoint).items()}
    base = RecommendationBody
    model = create_model("RecommendationQuery", __base__=base, __doc__=base.__doc__, **fields)

    async def read(body: Any) -> RecommendationBody:
        found: RecommendationBody = body
        return found

    # No annotation can name a model that is made here.
    read.__annotations__["body"] = model
    return read


async def request_of(endpoint: DomainApi, body: RecommendationBody) -> Request:
    """Return what a body asks the engine for."""
    said = body.model_dump(include=set(_particulars(endpoint)), exclude_none=True)
    particulars = await endpoint.particulars(**said)
    return Request(
        body.user_id or None,
        body.offset + body.num_recs,
        particulars.user_type,
        particulars.context,
        tuple(body.recent_items),
        body.diversity,
        tuple(body.exclude),
        body.max_age_hours,
    )


def _particulars(endpoint: DomainApi) -> dict[str, Any]:
    hints = get_type_hints(endpoint.particulars, include_extras=True)
    return {name: hint for name, hint in hints.items() if name != "return"}
