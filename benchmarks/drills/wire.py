"""One connection to a service: HTTP/1.1 by hand, since a client library would cost more than the service."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

from tests.support.services import EVENTS_KEY


class Cut(Exception):  # noqa: N818 - what happened to the connection, and no fault of ours
    """The connection was refused, or ended before the answer did."""


class Wire:
    """Asks one replica after the other over a connection that is made anew when it is cut."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def recommendations(self, reader: str, count: int = 10) -> tuple[int, Any]:
        return await self._ask(f"GET /recommendations?user_id={quote(reader)}&num_recs={count} HTTP/1.1", b"")

    async def event(self, reader: str, item: str, name: str) -> tuple[int, Any]:
        body = json.dumps({"user_id": reader, "item_id": item, "event_id": name}).encode()
        return await self._ask("POST /events HTTP/1.1", body)

    async def _ask(self, line: str, body: bytes) -> tuple[int, Any]:
        head = f"{line}\r\nHost: x\r\nX-API-Key: {EVENTS_KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            reader, writer = self._streams or await self._connect()
            writer.write(head.encode() + body)
            told = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(told.split(b"content-length: ")[1].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            if b"connection: close" in told:
                self.close()
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise Cut from error
        return int(told[9:12]), json.loads(answer)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        return self._streams

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None
