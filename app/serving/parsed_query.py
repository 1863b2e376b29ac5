"""A recommendation query after validation: the input of every recommendation endpoint."""

from __future__ import annotations

from typing import NamedTuple

from app.serving.filters import Filters
from script_shared.types import Request


class ParsedQuery(NamedTuple):
    """A validated recommendation query.

    Attributes:
        request: the engine's request; its count includes the items that `offset` skips.
        filters: restrict the items of the response.
        offset: number of items to skip.
    """

    request: Request
    filters: Filters
    offset: int = 0
