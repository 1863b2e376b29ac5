"""Keeps what is served in step with the event log.

All that changes the served state happens on the event loop's thread, between requests and in small
portions, and in the order of the log; only reading from the log happens in threads.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import NamedTuple

import structlog

from app.metrics.telemetry import Telemetry
from app.serving.loaded_release import LoadedRelease
from script_shared.errors import EventLogError, EventsCompactedError, EventsUnreadError, MancheteError
from script_shared.events.event import FORGET, Event
from script_shared.events.log import Appended, EventLog, Logged
from script_shared.inference.replica import PAGE, Replica
from script_shared.releases.registry import CHAMPION

_LOG = structlog.get_logger(__name__)

#: Events that are folded in before waiting requests get their turn.
_PORTION = 500
NOT_APPLIED = "events of the log could not be applied"
#: A replica that could not apply what the log holds for so long is not ready.
STUCK_SECONDS = 10.0
#: A rejected event degrades the service for so long.
REJECTED_SECONDS = 600.0


class Subscription(NamedTuple):
    """What is served under a name, and who is told when it can no longer follow.

    Where nobody is, its faults are those of the service.
    """

    name: str
    replica: Replica
    lost: Callable[[Exception], None] | None = None


class EventConsumer:
    """Follows the log for the releases that are served, champion and challenger.

    Args:
        log: what every replica follows.
        telemetry: is told how far behind this one is.
        poll_seconds: how often the log is read.
        forgotten: is told of readers who are to be forgotten.
    """

    def __init__(
        self,
        log: EventLog,
        telemetry: Telemetry,
        poll_seconds: float,
        forgotten: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.log = log
        self._telemetry, self._poll_seconds, self._forgotten = telemetry, poll_seconds, forgotten
        self._followed: dict[str, Subscription] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turn = asyncio.Lock()
        self._fault: MancheteError | None = None
        self._has_read = False
        self._stuck_since = self._rejected_at = math.nan
        #: What this replica has logged and not yet folded in, by the offset at which it starts.
        self._own: dict[int, Sequence[Event]] = {}
        #: Whether that has led to the log's end since it was last looked for.
        self._at_end = False

    @property
    def fault(self) -> MancheteError | None:
        """Why the log cannot be followed now; None while it can."""
        return self._fault

    @property
    def has_read(self) -> bool:
        """Whether the log has been read since the start."""
        return self._has_read

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

    @property
    def is_stuck(self) -> bool:
        """Whether the log has been readable and its events could not be applied, for `STUCK_SECONDS`."""
        return time.monotonic() - self._stuck_since > STUCK_SECONDS

    @property
    def has_rejected(self) -> bool:
        """Whether events were rejected within `REJECTED_SECONDS`."""
        return time.monotonic() - self._rejected_at < REJECTED_SECONDS

    async def include(self, appended: Appended) -> None:
        """Fold in what this replica has just logged, and whatever others logged before it.

        Batches that were logged together are folded in together: a fold has its price, however small.

        Raises:
            EventsUnreadError: what others logged before it cannot be read now; the next turn that can
                folds both in.
        """
        self._own[appended.start] = appended.fresh
        try:
            await asyncio.sleep(0)
            async with self._turn:
                self._at_end = False
                for each in list(self._followed.values()):
                    with self._apart(each):
                        await self._include(each, appended.end)
                self._at_end = True
        finally:
            self._own.pop(appended.start, None)

    async def _include(self, each: Subscription, end: int) -> None:
        if each.replica.position < end:
            await self._fold_own(each)
        if each.replica.position < end:
            try:
                await self._catch_up(each)
            except EventLogError as error:
                raise EventsUnreadError(error.what, where=error.where, remedy=error.remedy) from error

    async def _fold_own(self, each: Subscription) -> None:
        start, events = each.replica.position + 1, list[Event]()
        while own := self._own.get(start + len(events)):
            events += own
        if events:
            await self._apply(each, events, start)

    @contextmanager
    def _apart(self, each: Subscription) -> Iterator[None]:
        """Let go of a release that cannot follow, where somebody is to be told so."""
        try:
            yield
        except EventLogError:
            raise
        except Exception as error:
            if each.lost is None:
                raise
            self.leave(each.name)
            each.lost(error)

    def leave(self, name: str) -> None:
        """Follow no longer for what is served under a name."""
        self._followed.pop(name, None)

    def switch(
        self,
        served: LoadedRelease,
        put: Callable[[LoadedRelease], None],
        name: str = CHAMPION,
        lost: Callable[[Exception], None] | None = None,
    ) -> None:
        """Bring a release up to the log's end, then put it in the other's place; called from a thread.

        Requests go on meanwhile, and none sees an older state than the one before.

        Args:
            served: the release.
            put: puts it in place.
            name: whose place.
            lost: is told when the release can no longer follow; left out, that is the service's own fault.

        Raises:
            EventLogError: the log cannot be read now, and another release is being served; or it no
                longer holds what this release lacks.
        """
        covered = served.replica.position
        try:
            served.replica.replay(
                self.log, self._telemetry.count_skipped_events if name == CHAMPION else lambda _: None
            )
            self._report_rejected(name, served.replica, 0)
            if served.replica.position < covered:
                _LOG.error("the event log is another one than the release was made with", covered=covered)
            self._has_read = True
        except EventsCompactedError:
            raise
        except EventLogError as error:
            if self._followed:
                raise
            self._fault = error
            _LOG.error("serving without the event log until it can be read", reason=str(error))
        follows = Subscription(name, served.replica, lost)
        if self._loop is None:
            self._put(follows, served, put)
        else:
            asyncio.run_coroutine_threadsafe(self._switch(follows, served, put), self._loop).result()

    async def _switch(
        self, follows: Subscription, served: LoadedRelease, put: Callable[[LoadedRelease], None]
    ) -> None:
        async with self._turn:
            with suppress(EventLogError):
                # First those before: whom the log says to forget, they are told of.
                for each in (*self._followed.values(), follows):
                    await self._catch_up(each)
            before = max((each.replica.position for each in self._followed.values()), default=0)
            if follows.replica.position < before:
                raise EventLogError("the event log cannot be read now", remedy="see the log of the service")
            self._put(follows, served, put)

    def _put(
        self, follows: Subscription, served: LoadedRelease, put: Callable[[LoadedRelease], None]
    ) -> None:
        put(served)
        self._followed[follows.name] = follows

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            if self._at_end:
                # What others logged before our own came in with it; what came since, the next turn finds.
                self._at_end = False
                self._telemetry.mark_caught_up()
                continue
            async with self._turn:
                await self._look()

    async def _look(self) -> None:
        try:
            if not self._followed:
                # Before the first release nothing is behind; whether the log can be read shows early.
                await asyncio.to_thread(self.log.end)
                self._telemetry.mark_caught_up()
            for each in list(self._followed.values()):
                with self._apart(each):
                    await self._catch_up(each)
                    self._has_read = True
            self._fault, self._stuck_since = None, math.nan
        except MancheteError as error:
            if self._fault is None:
                _LOG.error("the event log cannot be followed", reason=str(error))
            self._fault = error
        except Exception as error:  # noqa: BLE001 - requests go on; the lag tells, and the next turn tries again
            if math.isnan(self._stuck_since):
                self._stuck_since = time.monotonic()
            _LOG.error(NOT_APPLIED, exc_info=error if self._fault is None else None)
            self._fault = MancheteError(NOT_APPLIED, remedy="see the log of the service")

    async def _catch_up(self, each: Subscription) -> None:
        replica = each.replica
        rows: Sequence[Logged] = await asyncio.to_thread(self.log.read, replica.position, PAGE)
        while rows:
            await self._fold(each, rows)
            if len(rows) < PAGE:
                break
            self._telemetry.set_event_lag(await asyncio.to_thread(self.log.end) - replica.position)
            rows = await asyncio.to_thread(self.log.read, replica.position, PAGE)
        self._telemetry.mark_caught_up()

    async def _fold(self, each: Subscription, rows: Sequence[Logged]) -> None:
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            self._timed(each, lambda part=portion: each.replica.follow(part))  # type: ignore[misc]
            self._tell([event for _, event in portion])
            await asyncio.sleep(0)

    async def _apply(self, each: Subscription, events: Sequence[Event], offset: int) -> None:
        for start in range(0, len(events), _PORTION):
            part = events[start : start + _PORTION]
            through = offset + start + len(part) - 1
            self._timed(each, lambda part=part, end=through: each.replica.apply(part, end))  # type: ignore[misc]
            self._tell(part)
            if len(events) > _PORTION:
                await asyncio.sleep(0)

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.kind == FORGET:
                self._forgotten(event.user_id)

    def _timed(self, each: Subscription, fold: Callable[[], int]) -> None:
        start, rejected = time.perf_counter(), each.replica.rejected.count
        left_out = fold()
        self._report_rejected(each.name, each.replica, rejected)
        self._telemetry.observe_fold(time.perf_counter() - start)
        if each.name == CHAMPION:
            self._telemetry.count_skipped_events(left_out)

    def _report_rejected(self, name: str, replica: Replica, before: int) -> None:
        """Log and count the events that could not be applied since there were `before` of them."""
        if replica.rejected.count == before:
            return
        self._rejected_at = time.monotonic()
        for event in replica.rejected.since(before):
            _LOG.error("event rejected", release=name, **event._asdict())
        if name == CHAMPION:
            self._telemetry.count_rejected_events(replica.rejected.count - before)
