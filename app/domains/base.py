"""What a domain contributes to the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel

from app.schemas.events import EventBody
from app.schemas.items import ItemBody
from script_shared.domain import Domain


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The domain's part of a request.

    Attributes:
        user_type: login state; None when the request does not give one.
        context: context columns of the domain and their values, e.g. region → "20".
    """

    user_type: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DomainApi:
    """The domain's part of the API; the rest of `app` names no domain.

    Attributes:
        domain: the domain.
        summary: describes the service in one line of the API's document.
        request_context: FastAPI dependency; its parameters are the domain's query parameters.
        event_body: typed dictionary of an event in a request; extends `EventBody`.
        item_body: typed dictionary of an item in a request; extends `ItemBody`.
        item_response: model of an item in a response; only documents it, responses are not validated.
        item_columns: columns of the catalogue that are part of an item in a response, e.g. title and url.
        reasons: the API's text for each reason of `script_shared.models.reasons`; a reason that is
            missing is its own text.
        page: HTML file of the page at `/`.
        routers: endpoints that only this domain has.
        version_router: replaces `GET /version` where a domain's version has more fields; None keeps it.
        examples: JSON file with an example of each schema of the API's document, by the schema's name; None
            adds none.
    """

    domain: Domain
    summary: str
    request_context: Callable[..., Awaitable[RequestContext]]
    event_body: type[EventBody]
    item_body: type[ItemBody]
    item_response: type[BaseModel]
    item_columns: tuple[str, ...]
    reasons: Mapping[str, str]
    page: Path
    routers: Sequence[APIRouter] = ()
    version_router: APIRouter | None = None
    examples: Path | None = None
