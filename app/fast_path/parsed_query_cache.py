"""Cache of parsed query strings: an equal query string is validated once."""

from __future__ import annotations

from app.fast_path.query_parser import QueryParser
from app.serving.filters import NO_FILTERS
from app.serving.parsed_query import ParsedQuery

#: The cache takes at most some 10 MB.
_MAX_ENTRIES, _MAX_QUERY_BYTES = 16_384, 512


class ParsedQueryCache:
    """Maps query strings to their parsed queries.

    Args:
        parser: parses query strings that are not in the cache.
    """

    def __init__(self, parser: QueryParser) -> None:
        self._parser = parser
        self._queries: dict[bytes, ParsedQuery] = {}

    async def find(self, query_string: bytes) -> ParsedQuery | None:
        """Return the parsed query; None where FastAPI has to validate the query string."""
        query = self._queries.get(query_string)
        if query is None and (request := await self._parser.parse(query_string)) is not None:
            query = ParsedQuery(request, NO_FILTERS)
            self.put(query_string, query)
        return query

    def put(self, query_string: bytes, query: ParsedQuery) -> None:
        """Store a parsed query, unless its query string is too long; a full cache is emptied first."""
        if len(query_string) > _MAX_QUERY_BYTES:
            return
        if len(self._queries) >= _MAX_ENTRIES:
            self._queries.clear()
        self._queries[query_string] = query
