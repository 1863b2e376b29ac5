"""Requests that came before: their parameters have been read and checked, and are so again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple

from fastapi import Request as Sent
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.filtering import Filters
from script_shared.types import Request

#: So many are remembered, of at most so many bytes: some 10 MB.
_REMEMBERED, _LONGEST = 16_384, 512

Handler = Callable[[Sent], Coroutine[Any, Any, Response]]


class Asked(NamedTuple):
    """What a request says: all of it stands in its query string."""

    request: Request
    filters: Filters


class AskedBefore:
    """What query strings say that have been found good.

    Args:
        answer: answers what a request says.
    """

    def __init__(self, answer: Callable[[Sent, Asked], Response]) -> None:
        self._answer = answer
        self._asked: dict[bytes, Asked] = {}

    def keep(self, sent: Sent, asked: Asked) -> None:
        """Remember what a request said."""
        query: bytes = sent.scope["query_string"]
        if len(query) > _LONGEST:
            return
        if len(self._asked) >= _REMEMBERED:
            self._asked.clear()
        self._asked[query] = asked

    def route(self) -> type[APIRoute]:
        """Make the class of routes that read a query string once.

        What FastAPI does to read twelve parameters takes longer than all the rest of an answer.
        """
        before = self

        class Route(APIRoute):
            def get_route_handler(self) -> Handler:
                reads = super().get_route_handler()

                async def handler(sent: Sent) -> Response:
                    asked = before._asked.get(sent.scope["query_string"])
                    return await reads(sent) if asked is None else before._answer(sent, asked)

                return handler

        return Route
