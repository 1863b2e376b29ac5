"""Parses the query strings of simple recommendation requests, which are most of them, in one step.

FastAPI validates one parameter after the other, which takes longer than ranking a list. The parser applies
the same annotations to all parameters at once, and leaves every other query string to FastAPI.
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
    """Parses `user_id`, `num_recs` and the query parameters of a domain.

    Args:
        domain_api: defines the domain's query parameters.
    """

    def __init__(self, domain_api: DomainApi) -> None:
        hints = get_type_hints(domain_api.request_context, include_extras=True)
        context_fields = {name: hint for name, hint in hints.items() if name != "return"}
        fields = {"user_id": UserId, "num_recs": Count, **context_fields}
        model: Any = TypedDict("SimpleQuery", fields, total=False)  # type: ignore[misc]
        self._validator: TypeAdapter[dict[str, Any]] = TypeAdapter(model)  # type: ignore[arg-type]
        self._names, self._context_names = frozenset(fields), frozenset(context_fields)
        self._request_context = domain_api.request_context

    async def parse(self, query_string: bytes) -> Request | None:
        """Return the request; None where the query string has other, repeated or invalid parameters."""
        pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
        parameters = dict(pairs)
        if len(parameters) < len(pairs) or not parameters.keys() <= self._names:
            return None
        try:
            values = self._validator.validate_python(parameters)
        except ValidationError:
            return None
        names = self._context_names & values.keys()
        context = await self._request_context(**{name: values[name] for name in names})
        count = {"n": values["num_recs"]} if "num_recs" in values else {}
        user_id = values.get("user_id") or None
        return Request(user_id, user_type=context.user_type, context=context.context, **count)
