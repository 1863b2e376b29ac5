"""Requests that came before: their parameters have been read and checked, and are so again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fastapi import Request as Sent
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.datastructures import State
from starlette.types import Receive, Scope, Send

from app.filtering import Filters
from script_shared.types import Request

#: So many are remembered, of at most so many bytes: some 10 MB.
_REMEMBERED, _LONGEST = 16_384, 512


class Asked(NamedTuple):
    """What a request says: all of it stands in its query string."""

    request: Request
    filters: Filters


class AskedBefore:
    """What query strings say that have been found good.

    Args:
        answer: answers what a request says, with the application's state.
    """

    def __init__(self, answer: Callable[[State, Asked], Response]) -> None:
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
            async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
                asked = before._asked.get(scope["query_string"])
                if asked is None or scope["method"] != "GET":
                    await super().handle(scope, receive, send)
                else:
                    await before._answer(scope["app"].state, asked)(scope, receive, send)

        return Route
