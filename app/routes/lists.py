"""Lists that are nobody's own: what is read now, and what is like an item."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from app.dependencies import LoadedReleaseDep
from app.domains.base import DomainApi, RequestContext
from app.errors import Problem
from app.schemas.query_parameters import MAX_ID, PRINTABLE, Count
from app.serving.filters import Filters, FiltersNow
from app.serving.loaded_release import LoadedRelease
from app.serving.serialization import shown
from script_shared.inference.results import RecommendedItem
from script_shared.types import Request

ItemId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_ID,
        pattern=PRINTABLE,
        description=f"The item, at most {MAX_ID} printable characters.",
    ),
]


class ItemList(BaseModel):
    """Items, the first the most read now, or the most alike."""

    release: str


def make_router(endpoint: DomainApi) -> APIRouter:
    """Make the routes of a domain's lists."""
    router = APIRouter(tags=["recommendations"])
    told = Depends(endpoint.particulars)
    answer = create_model(
        "Items",
        __base__=ItemList,
        __doc__=ItemList.__doc__,
        items=(list[endpoint.item], ...),  # type: ignore[name-defined]
    )
    problems: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (422, 503)}

    @router.get("/trending", response_model=None, responses={200: {"model": answer}, **problems})
    async def trending(
        served: LoadedReleaseDep,
        filters: FiltersNow,
        num_recs: Count = 10,
        particulars: RequestContext = told,
    ) -> JSONResponse:
        """Return what is read most now, in a region and on a device where these are told."""
        request = _request(num_recs, filters, particulars)
        return _answer(served, served.engine.trending(request, filters.among(served)))

    @router.get(
        "/similar/{item_id:path}",
        response_model=None,
        responses={200: {"model": answer}, 404: {"model": Problem}, **problems},
    )
    async def similar(
        served: LoadedReleaseDep, filters: FiltersNow, item_id: ItemId, num_recs: Count = 10
    ) -> JSONResponse:
        """Return items whose texts are like an item's, and those that its readers read next."""
        request = _request(num_recs, filters)
        found = served.engine.similar(item_id, request, filters.among(served))
        if found is None:
            raise HTTPException(404, "this item is not known")
        return _answer(served, found)

    return router


def _request(count: int, filters: Filters, told: RequestContext | None = None) -> Request:
    context = told.context if told else {}
    return Request(
        None, count, context=context, exclude=tuple(filters.exclude), max_age_hours=filters.max_age_hours
    )


def _answer(served: LoadedRelease, found: list[RecommendedItem]) -> JSONResponse:
    body = {"release": served.release.id, "items": shown(served, found)}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
