"""A connection to the service in plain asyncio: an HTTP library would use more CPU than the service."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

from tests.support.processes.api_client import EVENTS_KEY


class ConnectionCutError(Exception):
    """The connection was refused, or closed before the response was complete."""


class ApiConnection:
    """A keep-alive connection to one replica; the next request reconnects after a failure.

    Args:
        port: of the replica.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get_recommendations(self, user: str, count: int = 10) -> tuple[int, Any]:
        """Return status and body."""
        path = f"/recommendations?user_id={quote(user)}&num_recs={count}"
        return await self._request(f"GET {path} HTTP/1.1", b"")

    async def post_event(self, user: str, item: str, event_id: str) -> tuple[int, Any]:
        """Return status and body."""
        body = json.dumps({"user_id": user, "item_id": item, "event_id": event_id}).encode()
        return await self._request("POST /events HTTP/1.1", body)

    async def _request(self, line: str, body: bytes) -> tuple[int, Any]:
        head = f"{line}\r\nHost: x\r\nX-API-Key: {EVENTS_KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            reader, writer = self._streams or await self._connect()
            writer.write(head.encode() + body)
            response_head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(response_head.split(b"content-length: ")[1].split(b"\r\n")[0])
            response = await reader.readexactly(length)
            if b"connection: close" in response_head:
                self.close()
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise ConnectionCutError from error
        return int(response_head[9:12]), json.loads(response)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        return self._streams

    def close(self) -> None:
        """Close the connection."""
        if self._streams:
            self._streams[1].close()
        self._streams = None
