"""The forms of openings, applicants and applications in requests.

Names, e-mail addresses, phone numbers, comments and protected attributes are no fields of any form: they are
refused like every unknown field.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from app.domains.recruiting.ids import Code
from app.schemas.events import EventBody
from app.schemas.fields import PRINTABLE, STRICT, TIMESTAMP_FORMAT, Id, ShortText, Timestamp
from app.schemas.items import MAX_TEXT, MAX_TITLE, ItemBody

MAX_LINE, MAX_AREAS = 200, 1_000
MAX_SALARY = 10_000_000

Line = Annotated[str, Field(min_length=1, max_length=MAX_LINE, pattern=PRINTABLE)]
Text = Annotated[str, Field(max_length=MAX_TEXT)]
_PLACE = "in the words of the firm's own data, which filters compare"


@with_config(STRICT)
class EntityFields(TypedDict, total=False):
    """Fields that openings and applicants have; a field that is left out keeps its value."""

    body: Annotated[
        Text, Field(description="Of an opening the activities, of an applicant the text of the CV.")
    ]
    skills: Annotated[
        Text,
        Field(description="Of an opening the required competencies, of an applicant the technical ones."),
    ]
    areas: Annotated[
        str, Field(min_length=1, max_length=MAX_AREAS, pattern=PRINTABLE, description="The areas of work.")
    ]
    location: Annotated[Line, Field(description="The place as one text.")]
    city: Annotated[Line, Field(description=f"The city, {_PLACE}.")]
    state: Annotated[Line, Field(description=f"The state, {_PLACE}.")]
    level: Annotated[Line, Field(description="The professional level, such as Sênior.")]
    degree: Annotated[Line, Field(description="The academic level.")]
    english: Annotated[Line, Field(description="The level of English, such as Avançado.")]
    spanish: Annotated[Line, Field(description="The level of Spanish.")]
    other_language: Annotated[Line, Field(description="Another language and its level.")]
    published_at: Annotated[
        Timestamp,
        Field(description=f"Since when it exists; {TIMESTAMP_FORMAT}. By default its current value, or now."),
    ]
    expires_at: Annotated[Timestamp, Field(description="It is recommended and found until then.")]


@with_config(STRICT)
class OpeningFields(EntityFields, total=False):
    """Fields that only openings have."""

    contract: Annotated[Line, Field(description="The kinds of contract, such as CLT Full.")]
    client: Annotated[Line, Field(description="The client.")]
    analyst: Annotated[Line, Field(description="Who is responsible for the opening, as a pseudonym.")]
    priority: Annotated[Line, Field(description="The priority.")]
    objective: Annotated[Line, Field(description="The objective.")]
    origin: Annotated[Line, Field(description="The origin, such as a new position.")]
    value: Annotated[Line, Field(description="What the client pays, as text.")]
    is_sap: Annotated[bool, Field(description="About SAP.")]
    is_for_disabled: Annotated[bool, Field(description="Reserved for people with a disability.")]


@with_config(STRICT)
class ApplicantFields(EntityFields, total=False):
    """Fields that only applicants have."""

    certificates: Annotated[Text, Field(description="The certificates.")]
    other_certificates: Annotated[Text, Field(description="Further certificates.")]
    salary: Annotated[
        float,
        Field(ge=0, le=MAX_SALARY, allow_inf_nan=False, description="The salary wished for, R$ a month."),
    ]
    has_email: bool
    has_phone: bool
    has_linkedin: bool
    has_location: bool
    has_objective: bool
    has_corporate_email: bool
    is_complete: Annotated[bool, Field(description="Whether fields left out are empty rather than unknown.")]


_Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=PRINTABLE)]


_OPENING = {
    "opening_id": "5185",
    "title": "Consultor SAP MM Sênior",
    "skills": "SAP MM, ABAP",
    "city": "São Paulo",
    "state": "São Paulo",
    "level": "Sênior",
    "english": "Avançado",
    "contract": "CLT Full",
}
_APPLICANT = {
    "applicant_id": "31001",
    "title": "Consultor SAP MM",
    "body": "Cinco anos de SAP MM, integração com FI.",
    "english": "Intermediário",
    "salary": 12000,
}
_APPLICATION = {"opening_id": "5185", "applicant_id": "31001", "status": "applied", "event_id": "a-1"}


def _with_example(example: dict[str, Any]) -> ConfigDict:
    return STRICT | ConfigDict(json_schema_extra={"examples": [example]})


@with_config(_with_example(_OPENING))
class OpeningBody(OpeningFields, total=False):
    """One opening."""

    opening_id: Required[Annotated[Code, Field(description="Its code; a known one is changed.")]]
    title: Required[Annotated[_Title, Field(description="Its title.")]]


@with_config(_with_example(_APPLICANT))
class ApplicantBody(ApplicantFields, total=False):
    """One applicant, without name and contact."""

    applicant_id: Required[Annotated[Code, Field(description="The code; a known one is changed.")]]
    title: Annotated[_Title, Field(description="The professional title or the objective.")]


ApplicationStatus = Literal["applied", "advanced", "refused", "hired"]


@with_config(_with_example(_APPLICATION))
class ApplicationBody(TypedDict, total=False):
    """One event of an application."""

    opening_id: Required[Annotated[Code, Field(description="The opening.")]]
    applicant_id: Required[Annotated[Code, Field(description="The applicant.")]]
    status: Annotated[
        ApplicationStatus,
        Field(description="By default `applied`; the others report what became of the application."),
    ]
    timestamp: Annotated[
        Timestamp,
        Field(description=f"When it happened; {TIMESTAMP_FORMAT}. By default the time of its arrival."),
    ]
    event_id: Annotated[
        Id,
        Field(description="An event that is sent again with the same id counts once. Generated by default."),
    ]
    recruiter: Annotated[ShortText, Field(description="Who handles the application, as a pseudonym.")]


@with_config(STRICT)
class InteractionBody(EventBody, total=False):
    """One direction of an application; `POST /applications` takes both at once."""

    recruiter: Annotated[ShortText, Field(description="Who handles the application, as a pseudonym.")]


@with_config(STRICT)
class EntityBody(ItemBody, OpeningFields, ApplicantFields, total=False):
    """One opening or applicant by its id and category; `POST /openings` and `POST /applicants` check more."""
