"""Which part of a list is asked for."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Depends

from app.schemas.query_parameters import Count, Offset


class Page(NamedTuple):
    """`num_recs` items of a list, the first `offset` left out."""

    num_recs: int = 10
    offset: int = 0


async def _page(num_recs: Count = 10, offset: Offset = 0) -> Page:
    return Page(num_recs, offset)


#: The dependency that reads the page that a request asks for.
PAGE = Depends(_page)
