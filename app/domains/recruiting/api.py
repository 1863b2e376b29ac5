"""The value `RECRUITING_API`: what serving needs to know about recruiting."""

from __future__ import annotations

from pathlib import Path

from app.domains.base import DomainApi, RequestContext
from app.domains.recruiting.routes import (
    applications,
    details,
    documents,
    entities,
    lists,
    matching,
    prediction,
    search,
    similarity,
    version,
    what_if,
)
from app.domains.recruiting.schemas.bodies import EntityBody, InteractionBody
from app.domains.recruiting.schemas.responses import DISPLAYED, Entity
from script_shared.domains.recruiting.domain import RECRUITING
from script_shared.models import reasons


async def request_context() -> RequestContext:
    """Return the context of a request: recruiting has none."""
    return RequestContext()


RECRUITING_API = DomainApi(
    domain=RECRUITING,
    summary="Applicants for openings, and openings for applicants.",
    request_context=request_context,
    event_body=InteractionBody,
    item_body=EntityBody,
    item_response=Entity,
    item_columns=DISPLAYED,
    reasons={
        reasons.TRENDING: "recently_active",
        reasons.FOLLOWS_ITEM: "similar_to",
        reasons.SIMILAR_USERS: "applied_together",
        "content": "similar_text",
    },
    page=Path(__file__).parents[2] / "web" / "templates" / "recruiting.html",
    routers=(
        lists.router,
        entities.router,
        applications.router,
        search.router,
        similarity.router,
        matching.router,
        prediction.router,
        details.router,
        what_if.router,
        documents.router,
    ),
    version_router=version.router,
    examples=Path(__file__).with_name("examples.json"),
)
