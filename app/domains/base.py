"""What serving must be told about a domain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from app.schemas.events import EventBody
from app.schemas.items import ItemBody
from script_shared.domain import Domain


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a request says in the domain's own words: the login state, and values of context columns."""

    user_type: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DomainApi:
    """A domain as clients meet it.

    Attributes:
        domain: the domain.
        particulars: a FastAPI dependency that reads the domain's own query parameters.
        shown: columns of the catalogue that an answer shows, e.g. title and url.
        event: a typed dictionary, what an event may say; it extends `EventBody`.
        item_body: a typed dictionary, what an item may say; it extends `ItemBody`.
        item: describes one item of an answer, for the API's documentation.
        page: one HTML file to try the service with.
    """

    domain: Domain
    particulars: Callable[..., Awaitable[RequestContext]]
    shown: tuple[str, ...]
    event: type[EventBody]
    item_body: type[ItemBody]
    item: type[BaseModel]
    page: Path


#: One item of an answer, as plain JSON values.
Shown = dict[str, Any]
