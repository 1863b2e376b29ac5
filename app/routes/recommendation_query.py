"""What a reader's request says, as the engine takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Depends

from app.domains.base import DomainApi, RequestContext
from app.schemas.paging import PAGE, Page
from app.schemas.query_parameters import Diversity, RecentItems, UserId
from app.serving.filters import FiltersNow
from script_shared.types import Request


def asked(endpoint: DomainApi) -> Callable[..., Awaitable[Request]]:
    """Make the dependency that reads a reader's request of a domain."""
    told = Depends(endpoint.particulars)

    async def ask(
        filters: FiltersNow,
        user_id: UserId = None,
        page: Page = PAGE,
        recent_items: RecentItems = [],  # noqa: B006 - never changed
        diversity: Diversity = 0.0,
        particulars: RequestContext = told,
    ) -> Request:
        return Request(
            user_id or None,
            page.offset + page.num_recs,
            particulars.user_type,
            particulars.context,
            tuple(recent_items),
            diversity,
            tuple(filters.exclude),
            filters.max_age_hours,
        )

    return ask
