"""The body of a recommendation request, and the lists of items that responses have."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema, create_model

from app.schemas import query_parameters as query
from app.schemas.fields import MAX_ID, PRINTABLE, STRICT, WHOLE_NUMBER, Id

#: JSON's numbers are exact up to here.
_MAX_INTEGER = 2**53


def _to_text(value: Any) -> Any:
    """Turn a whole number into the text of its digits."""
    is_whole = type(value) in (int, float) and value == value // 1 and abs(value) <= _MAX_INTEGER
    return str(int(value)) if is_whole else value


def _id_schema(min_length: int) -> WithJsonSchema:
    text = {"type": "string", "minLength": min_length, "maxLength": MAX_ID, "pattern": PRINTABLE}
    number = {"type": "integer", "minimum": -_MAX_INTEGER, "maximum": _MAX_INTEGER}
    return WithJsonSchema({"anyOf": [text, number]})


ItemId = Annotated[Id, BeforeValidator(_to_text), _id_schema(1)]
UserId = Annotated[str, Field(max_length=MAX_ID, pattern=PRINTABLE), BeforeValidator(_to_text), _id_schema(0)]


class RecommendationBody(BaseModel):
    """The parameters of `GET /recommendations` as JSON; ids are plain texts, or whole numbers.

    A domain adds its columns.
    """

    model_config = STRICT

    user_id: Annotated[UserId | None, Field(description="The user; left out for one without an id.")] = None
    num_recs: Annotated[query.Count, WHOLE_NUMBER] = 10
    offset: Annotated[query.Offset, WHOLE_NUMBER] = 0
    recent_items: Annotated[
        list[ItemId],
        Field(max_length=query.MAX_RECENT, description="Items of the newest interactions, oldest first."),
    ] = []
    category: query.Category = None
    exclude: Annotated[
        list[ItemId], Field(max_length=query.MAX_EXCLUDED, description="Items to leave out.")
    ] = []
    max_age_hours: query.MaxAge = None
    diversity: query.Diversity = 0.0
    explain: query.Explain = False


class RecommendationResponse(BaseModel):
    """Items for a user, best first, and what recommended them.

    `variant` is `challenger` for users of an experiment who get another release. Clients send
    `impression_id` with the events that follow; it is null where the answer is not logged.
    """

    user_id: str | None
    segment: str
    model: str
    release: str
    variant: Literal["champion", "challenger"]
    impression_id: str | None


class ItemList(BaseModel):
    """Items, the most popular or the most similar first."""

    release: str


@cache
def add_items(name: str, base: type[BaseModel], item: type[BaseModel]) -> type[BaseModel]:
    """Return a response model with the field `items`, a list of a domain's items."""
    return create_model(name, __base__=base, __doc__=base.__doc__, items=(list[item], ...))  # type: ignore[valid-type]
