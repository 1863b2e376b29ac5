"""Requests that came before: their parameters have been read and checked, and are so again."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send

from app.fast_path.query_parser import QueryParser
from app.serving.filters import NO_FILTERS
from app.serving.parsed_query import ParsedQuery

#: So many are remembered, of at most so many bytes: some 10 MB.
_REMEMBERED, _LONGEST = 16_384, 512


class ParsedQueryCache:
    """What query strings say that have been found good.

    Args:
        answer: answers what a request says, with the application's state.
        plain: reads those that are plain.
    """

    def __init__(self, answer: Callable[[State, ParsedQuery], Response], plain: QueryParser) -> None:
        self._answer, self._plain = answer, plain
        self._asked: dict[bytes, ParsedQuery] = {}

    async def find(self, query: bytes) -> ParsedQuery | None:
        """Return what a query string says; None where FastAPI has to read it."""
        asked = self._asked.get(query)
        if asked is None and (request := await self._plain.read(query)) is not None:
            asked = ParsedQuery(request, NO_FILTERS)
            self.keep(query, asked)
        return asked

    def keep(self, query: bytes, asked: ParsedQuery) -> None:
        """Remember what a query string said."""
        if len(query) > _LONGEST:
            return
        if len(self._asked) >= _REMEMBERED:
            self._asked.clear()
        self._asked[query] = asked

    def route(self) -> type[APIRoute]:
        """Make the class of routes that read a query string once."""
        before = self

        class Route(APIRoute):
            async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
                asked = await before.find(scope["query_string"]) if scope["method"] == "GET" else None
                if asked is None:
                    await super().handle(scope, receive, send)
                else:
                    await before._answer(scope["app"].state, asked)(scope, receive, send)

        return Route
