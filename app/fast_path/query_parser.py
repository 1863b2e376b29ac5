"""Requests that name a reader, a number and a place: most of them, and their parameters are read at once.

FastAPI reads one parameter after the other, which takes longer than to rank a list. What is read here is
held to the same bounds by the same annotations; whatever is not found good is left to FastAPI to answer.
"""

from __future__ import annotations

from typing import Any, get_type_hints
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from app.domains.base import DomainApi
from app.schemas.query_parameters import Count, UserId
from script_shared.types import Request


class QueryParser:
    """Reads the parameters `user_id`, `num_recs` and the domain's own.

    Args:
        endpoint: whose particulars are asked for.
    """

    def __init__(self, endpoint: DomainApi) -> None:
        told = get_type_hints(endpoint.request_context, include_extras=True)
        own = {name: kind for name, kind in told.items() if name != "return"}
        fields = {"user_id": UserId, "num_recs": Count, **own}
        plain: Any = TypedDict("Plain", fields, total=False)  # type: ignore[misc]
        self._reader: TypeAdapter[dict[str, Any]] = TypeAdapter(plain)  # type: ignore[arg-type]
        self._names, self._own, self._particulars = (
            frozenset(fields),
            frozenset(own),
            endpoint.request_context,
        )

    async def read(self, query: bytes) -> Request | None:
        """Return what a query string asks for; None where it says more than that, or something is wrong."""
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        told = dict(pairs)
        if len(told) < len(pairs) or not told.keys() <= self._names:
            return None
        try:
            found = self._reader.validate_python(told)
        except ValidationError:
            return None
        own = await self._particulars(**{name: found[name] for name in self._own & found.keys()})
        count = {"n": found["num_recs"]} if "num_recs" in found else {}
        return Request(found.get("user_id") or None, user_type=own.user_type, context=own.context, **count)
