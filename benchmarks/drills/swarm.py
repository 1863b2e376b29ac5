"""Many clients at once, beside the thread that does the drill."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable
from typing import Any, Self


class Swarm(ABC):
    """Asyncio clients in a thread of their own, for as long as a block lasts."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    @property
    def stopped(self) -> bool:
        """Whether the block has ended; clients look, and end too."""
        return self._stopped.is_set()

    @abstractmethod
    def clients(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Give what each client does."""

    async def _all(self) -> None:
        await asyncio.gather(*self.clients())
