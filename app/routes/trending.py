"""The items that are most popular now."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from app.dependencies import LoadedReleaseDep
from app.domains.base import DomainApi, RequestContext
from app.errors import problem_responses
from app.schemas.query_parameters import Count
from app.schemas.recommendations import ItemList, add_items
from app.serving.filters import FiltersDep
from app.serving.serialization import serialize_items
from script_shared.types import Request


def make_router(domain_api: DomainApi) -> APIRouter:
    """Make the route of a domain's trending items."""
    router = APIRouter(tags=["recommendations"])
    context_dependency = Depends(domain_api.request_context)
    model = add_items("Items", ItemList, domain_api.item_response)

    @router.get(
        "/trending", response_model=None, responses={200: {"model": model}, **problem_responses(422, 503)}
    )
    async def trending(
        release: LoadedReleaseDep,
        filters: FiltersDep,
        num_recs: Count = 10,
        context: RequestContext = context_dependency,
    ) -> JSONResponse:
        """Return the items that are most popular now, in the request's context if it has one."""
        request = Request(
            None,
            num_recs,
            context=context.context,
            exclude=tuple(filters.exclude),
            max_age_hours=filters.max_age_hours,
        )
        found = release.engine.trending(request, filters.category_mask(release))
        body = {"release": release.id, "items": serialize_items(release, found)}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return router
