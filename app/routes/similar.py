"""Items that are similar to an item."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse

from app.dependencies import LoadedReleaseDep
from app.domains.base import DomainApi
from app.errors import problem_responses
from app.schemas.path_parameters import PathItemId
from app.schemas.query_parameters import Count
from app.schemas.recommendations import ItemList, add_items
from app.serving.filters import FiltersDep
from app.serving.serialization import serialize_items
from script_shared.types import Request


def make_router(domain_api: DomainApi) -> APIRouter:
    """Make the route of a domain's similar items."""
    router = APIRouter(tags=["recommendations"])
    model = add_items("Items", ItemList, domain_api.item_response)

    @router.get(
        "/similar/{item_id:path}",
        response_model=None,
        responses={200: {"model": model}, **problem_responses(404, 422, 503)},
    )
    async def similar(
        release: LoadedReleaseDep, filters: FiltersDep, item_id: PathItemId, num_recs: Count = 10
    ) -> JSONResponse:
        """Return items with a similar text, and items that its users interact with next."""
        request = Request(None, num_recs, exclude=tuple(filters.exclude), max_age_hours=filters.max_age_hours)
        found = release.engine.similar(item_id, request, filters.category_mask(release))
        if found is None:
            raise HTTPException(404, "this item is not known")
        body = {"release": release.id, "items": serialize_items(release, found)}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return router
