"""What the body of a recommendation request may say: the parameters of the query string, as JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, Field, create_model

from app.endpoint import Endpoint
from app.event_bodies import STRICT, WHOLE, Id
from app.filtering import Filters
from app.parameters import (
    MAX_AGE_HOURS,
    MAX_COUNT,
    MAX_EXCLUDED,
    MAX_ID,
    MAX_OFFSET,
    MAX_RECENT,
    MAX_VALUE,
    PRINTABLE,
)
from script_shared.types import Request

Number = Annotated[int, Field(ge=-(2**63), le=2**63 - 1), WHOLE]
BodyId = Id | Number


class RecommendationBody(BaseModel):
    """A reader, which items are wanted and how many; ids are plain texts, or whole numbers.

    A domain adds its own columns.
    """

    model_config = STRICT

    user_id: Annotated[
        Annotated[str, Field(max_length=MAX_ID, pattern=PRINTABLE)] | Number | None,
        Field(description="The reader; left out for one without an id."),
    ] = None
    num_recs: Annotated[int, Field(ge=1, le=MAX_COUNT, description="How many items are wanted."), WHOLE] = 10
    offset: Annotated[
        int, Field(ge=0, le=MAX_OFFSET, description="How many of the list to leave out."), WHOLE
    ] = 0
    recent_items: Annotated[
        list[BodyId], Field(max_length=MAX_RECENT, description="Items just read, oldest first.")
    ] = []
    category: Annotated[
        Annotated[str, Field(max_length=MAX_VALUE, pattern=PRINTABLE)] | None,
        Field(description="Only items of this category."),
    ] = None
    exclude: Annotated[
        list[BodyId], Field(max_length=MAX_EXCLUDED, description="Items that are not wanted.")
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
        return Filters(self.category, [str(each) for each in self.exclude], self.max_age_hours)


def body_reader(endpoint: Endpoint) -> Callable[..., Awaitable[RecommendationBody]]:
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


async def request_of(endpoint: Endpoint, body: RecommendationBody) -> Request:
    """Return what a body asks the engine for."""
    said = body.model_dump(include=set(_particulars(endpoint)), exclude_none=True)
    particulars = await endpoint.particulars(**said)
    return Request(
        None if body.user_id in (None, "") else str(body.user_id),
        body.offset + body.num_recs,
        particulars.user_type,
        particulars.context,
        tuple(map(str, body.recent_items)),
        body.diversity,
        tuple(map(str, body.exclude)),
        body.max_age_hours,
    )


def _particulars(endpoint: Endpoint) -> dict[str, Any]:
    hints = get_type_hints(endpoint.particulars, include_extras=True)
    return {name: hint for name, hint in hints.items() if name != "return"}
