"""Keeps what is served in step with the event log.

All that changes the served state happens on the event loop's thread, between requests and in small
portions, and in the order of the log; only reading from the log happens in threads.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from app.serving import Served
from app.telemetry import Telemetry
from script_shared.errors import EventLogError, EventsCompactedError, MancheteError
from script_shared.events.event import Event
from script_shared.events.log import Appended, EventLog, Logged
from script_shared.inference.replica import PAGE, Replica

_LOG = structlog.get_logger(__name__)

#: Events that are folded in before waiting requests get their turn.
_PORTION = 500


class Tail:
    """Follows the log for the release that is served.

    Args:
        log: what every replica follows.
        telemetry: is told how far behind this one is.
        poll_seconds: how often the log is read.
    """

    def __init__(self, log: EventLog, telemetry: Telemetry, poll_seconds: float) -> None:
        self.log = log
        self._telemetry, self._poll_seconds = telemetry, poll_seconds
        self._replica: Replica | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = asyncio.Lock()
        self._broken = False
        #: What this replica has logged and not yet folded in, by the offset at which it starts.
        self._own: dict[int, Sequence[Event]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow in the background; close the log in the end."""
        self._loop = asyncio.get_running_loop()
        following = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            self._loop = None
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            await asyncio.to_thread(self.log.close)

    async def include(self, appended: Appended) -> None:
        """Fold in what this replica has just logged, and whatever others logged before it.

        Batches that were logged together are folded in together: a fold has its price, however small.
        """
        self._own[appended.start] = appended.fresh
        await asyncio.sleep(0)
        async with self._turn:
            replica = self._replica
            if replica is not None and replica.position < appended.end:
                await self._fold_own(replica)
            # It is on disk; where it cannot be read back now, the next turn will.
            with suppress(EventLogError):
                if replica is not None and replica.position < appended.end:
                    await self._catch_up(replica)
        self._own.pop(appended.start, None)

    async def _fold_own(self, replica: Replica) -> None:
        start, events = replica.position + 1, list[Event]()
        while own := self._own.pop(start + len(events), None):
            events += own
        if events:
            await self._apply(replica, events, start)

    def switch(self, served: Served, put: Callable[[Served], None]) -> None:
        """Bring a release up to the log's end, then put it in the other's place; called from a thread.

        Requests go on meanwhile, and none sees an older state than the one before.

        Raises:
            EventLogError: the log cannot be read now, and another release is being served; or it no
                longer holds what this release lacks.
        """
        covered = served.replica.position
        try:
            served.replica.replay(self.log, self._telemetry.left_out)
            if served.replica.position < covered:
                _LOG.error("the event log is another one than the release was made with", covered=covered)
        except EventsCompactedError:
            raise
        except EventLogError as error:
            if self._replica is not None:
                raise
            _LOG.error("serving without the event log until it can be read", reason=str(error))
        if self._loop is None:
            self._put(served, put)
        else:
            asyncio.run_coroutine_threadsafe(self._switch(served, put), self._loop).result()

    async def _switch(self, served: Served, put: Callable[[Served], None]) -> None:
        async with self._turn:
            with suppress(EventLogError):
                await self._catch_up(served.replica)
            before = self._replica.position if self._replica else 0
            if served.replica.position < before:
                raise EventLogError("the event log cannot be read now", remedy="see the log of the service")
            self._put(served, put)

    def _put(self, served: Served, put: Callable[[Served], None]) -> None:
        put(served)
        self._replica = served.replica

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            async with self._turn:
                await self._look()

    async def _look(self) -> None:
        try:
            if self._replica is not None:
                await self._catch_up(self._replica)
            self._broken = False
        except MancheteError as error:
            if not self._broken:
                _LOG.error("the event log cannot be followed", reason=str(error))
            self._broken = True
        except Exception as error:  # noqa: BLE001 - requests go on; the lag tells, and the next turn tries again
            _LOG.error("events could not be folded in", exc_info=None if self._broken else error)
            self._broken = True

    async def _catch_up(self, replica: Replica) -> None:
        rows: Sequence[Logged] = await asyncio.to_thread(self.log.read, replica.position, PAGE)
        while rows:
            await self._fold(replica, rows)
            if len(rows) < PAGE:
                break
            self._telemetry.behind(await asyncio.to_thread(self.log.end) - replica.position)
            rows = await asyncio.to_thread(self.log.read, replica.position, PAGE)
        self._telemetry.caught_up()

    async def _fold(self, replica: Replica, rows: Sequence[Logged]) -> None:
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            self._timed(lambda part=portion: replica.follow(part))  # type: ignore[misc]
            await asyncio.sleep(0)

    async def _apply(self, replica: Replica, events: Sequence[Event], offset: int) -> None:
        for start in range(0, len(events), _PORTION):
            part = events[start : start + _PORTION]
            through = offset + start + len(part) - 1
            self._timed(lambda part=part, through=through: replica.apply(part, through))  # type: ignore[misc]
            if len(events) > _PORTION:
                await asyncio.sleep(0)

    def _timed(self, fold: Callable[[], int]) -> None:
        start = time.perf_counter()
        left_out = fold()
        self._telemetry.folded(time.perf_counter() - start)
        self._telemetry.left_out(left_out)
