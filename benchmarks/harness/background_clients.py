"""Concurrent clients in a background thread."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable
from typing import Any, Self


class BackgroundClients(ABC):
    """Asyncio clients that run in a thread of their own while a `with` block runs."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def stopped(self) -> bool:
        """Whether the block has ended; clients poll it and return."""
        return self._stopped.is_set()

    @abstractmethod
    def clients(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Return the coroutine of each client."""

    async def _run(self) -> None:
        await asyncio.gather(*self.clients())
