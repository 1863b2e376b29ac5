"""Search of openings and applicants by a text, or by the text of an entity of either kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

from app.dependencies import LoadedReleaseDep
from app.domains.recruiting.schemas.bodies import MAX_LINE, Line, Text
from app.domains.recruiting.schemas.filters import MAX_VALUES, EntityFilters
from app.domains.recruiting.schemas.responses import RankedApplicant, RankedOpening, serialize_entities
from app.errors import problem_responses
from app.schemas.fields import PRINTABLE, STRICT, WHOLE_NUMBER, Milliseconds
from app.schemas.items import MAX_TEXT, MAX_TITLE
from app.schemas.query_parameters import MAX_COUNT, MAX_OFFSET
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.tables import APPLICANT, OPENING
from script_shared.vector_index.index import FieldVectors

router = APIRouter(tags=["search"])

_KINDS = {"openings": OPENING, "applicants": APPLICANT}
_Values = Annotated[list[Line], Field(max_length=MAX_VALUES)]


class SearchBody(BaseModel):
    """A text or its parts, which entities are wanted, and filters.

    `text` is compared with titles and descriptions; title, description and location each with its own.
    """

    model_config = STRICT | {
        "json_schema_extra": {
            "examples": [{"wanted": "applicants", "text": "Consultor SAP MM", "state": ["São Paulo"]}]
        }
    }

    wanted: Annotated[Literal["openings", "applicants"], Field(description="The kind of the entities.")]
    text: Annotated[Text, Field(description="Any text, such as a description that was pasted.")] = ""
    title: Annotated[str, Field(max_length=MAX_TITLE, pattern=PRINTABLE)] = ""
    description: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    location: Annotated[str, Field(max_length=MAX_LINE, pattern=PRINTABLE)] = ""
    city: _Values = []
    state: _Values = []
    level: _Values = []
    english: _Values = []
    contract: _Values = []
    is_for_disabled: bool | None = None
    active_since: Milliseconds | None = None
    num_recs: Annotated[int, Field(ge=1, le=MAX_COUNT), WHOLE_NUMBER] = 10
    offset: Annotated[int, Field(ge=0, le=MAX_OFFSET), WHOLE_NUMBER] = 0

    @model_validator(mode="after")
    def _check_text(self) -> Self:
        if not any(part.strip() for part in (self.text, self.title, self.description, self.location)):
            raise ValueError("one of text, title, description and location is needed")
        return self

    @property
    def filters(self) -> EntityFilters:
        """The filters of the search."""
        names = ("city", "state", "level", "english", "contract")
        values = {name: getattr(self, name) for name in names}
        return EntityFilters(values, self.is_for_disabled, self.active_since)


class SearchResponse(BaseModel):
    """The entities found, most similar first; the list of the kind that was not wanted is null.

    `score` is the mean cosine over the parts of the text that the query has, from -1 to 1.
    """

    release: str
    openings: list[RankedOpening] | None = None
    applicants: list[RankedApplicant] | None = None


@router.post(
    "/search",
    response_model=None,
    responses={200: {"model": SearchResponse}, **problem_responses(400, 413, 422, 503)},
)
async def search(release: LoadedReleaseDep, body: SearchBody) -> JSONResponse:
    """Return the openings or applicants whose texts are most similar to a text."""
    query = encode_text(
        release,
        {
            "title": body.title or body.text,
            "body": body.description or body.text,
            "location": body.location,
        },
    )
    mask = body.filters.mask(release, _KINDS[body.wanted])
    found = release.engine.find_by_text(query, body.offset + body.num_recs, mask)[body.offset :]
    lists: dict[str, Sequence[Any] | None] = dict.fromkeys(_KINDS)
    lists[body.wanted] = serialize_entities(release, found, body.offset + 1)
    return JSONResponse({"release": release.id, **lists}, headers={"Cache-Control": "no-store"})


def encode_text(release: LoadedRelease, fields: Mapping[str, str]) -> FieldVectors:
    """Return the vector of each field of a text, as an entity with these columns would have."""
    encoder = release.encoder
    vectors = encoder.space.split(encoder.space.transform([encoder.compose(fields)]))
    return {name: rows[0] for name, rows in vectors.items()}
