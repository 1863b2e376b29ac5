"""Reads what a recommendation request asks for, from its query string or its JSON body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, NamedTuple, get_type_hints

from fastapi import Depends
from pydantic import create_model

from app.domains.base import DomainApi, RequestContext
from app.schemas.query_parameters import Count, Diversity, Offset, RecentItems, UserId
from app.schemas.recommendations import RecommendationBody
from app.serving.filters import Filters, FiltersDep
from app.serving.parsed_query import ParsedQuery
from script_shared.types import Request


class Page(NamedTuple):
    """A part of a list: `num_recs` items after the first `offset` ones."""

    num_recs: int
    offset: int


async def _read_page(num_recs: Count = 10, offset: Offset = 0) -> Page:
    return Page(num_recs, offset)


PageDep = Annotated[Page, Depends(_read_page)]


def make_query_reader(domain_api: DomainApi) -> Callable[..., Awaitable[ParsedQuery]]:
    """Make the dependency that reads a query string with the domain's parameters."""
    context_dependency = Depends(domain_api.request_context)

    async def read_query(
        filters: FiltersDep,
        page: PageDep,
        user_id: UserId = None,
        recent_items: RecentItems = [],  # noqa: B006 - never changed
        diversity: Diversity = 0.0,
        context: RequestContext = context_dependency,
    ) -> ParsedQuery:
        return _make_query(filters, page, user_id, recent_items, diversity, context)

    return read_query


def make_body_reader(domain_api: DomainApi) -> Callable[..., Awaitable[tuple[ParsedQuery, bool]]]:
    """Make the dependency that reads a body with the domain's parameters, and whether it asks to explain."""
    hints = get_type_hints(domain_api.request_context, include_extras=True)
    hints.pop("return", None)
    fields: dict[str, Any] = {name: (hint, None) for name, hint in hints.items()}
    base = RecommendationBody
    model = create_model("RecommendationQuery", __base__=base, __doc__=base.__doc__, **fields)

    async def read_body(body: RecommendationBody) -> tuple[ParsedQuery, bool]:
        parameters = body.model_dump(include=set(fields), exclude_none=True)
        context = await domain_api.request_context(**parameters)
        filters = Filters(body.category, body.exclude, body.max_age_hours)
        page = Page(body.num_recs, body.offset)
        query = _make_query(filters, page, body.user_id, body.recent_items, body.diversity, context)
        return query, body.explain

    # The model is made here: no annotation in the source can name it.
    read_body.__annotations__["body"] = model
    return read_body


def _make_query(
    filters: Filters,
    page: Page,
    user_id: str | None,
    recent_items: Sequence[str],
    diversity: float,
    context: RequestContext,
) -> ParsedQuery:
    request = Request(
        user_id or None,
        page.offset + page.num_recs,
        context.user_type,
        context.context,
        tuple(recent_items),
        diversity,
        tuple(filters.exclude),
        filters.max_age_hours,
    )
    return ParsedQuery(request, filters, page.offset)
