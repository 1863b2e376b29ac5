"""What a reader's request says, as the engine takes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Depends

from app.endpoint import Endpoint, Particulars
from app.filtering import FiltersNow
from app.paging import PAGE, Page
from app.parameters import Diversity, RecentItems, UserId
from script_shared.types import Request


def asked(endpoint: Endpoint) -> Callable[..., Awaitable[Request]]:
    """Make the dependency that reads a reader's request of a domain."""
    told = Depends(endpoint.particulars)

    async def ask(
        filters: FiltersNow,
        user_id: UserId = None,
        page: Page = PAGE,
        recent_items: RecentItems = [],  # noqa: B006 - never changed
        diversity: Diversity = 0.0,
        particulars: Particulars = told,
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
