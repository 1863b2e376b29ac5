"""Applies the event log to the releases that are served.

The served state changes only on the event loop's thread, between requests, in small batches and in the
order of the log; only reading from the log happens in other threads.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import NamedTuple

import structlog

from app.errors import NotReadyError
from app.metrics.telemetry import Telemetry
from app.serving.loaded_release import LoadedRelease
from script_shared.errors import EventLogError, EventsCompactedError, EventsUnreadError, MancheteError
from script_shared.events.event import FORGET, Event
from script_shared.events.log import AppendResult, EventLog, LoggedEvent
from script_shared.inference.replica import PAGE, Replica
from script_shared.releases.state import CHAMPION

_LOG = structlog.get_logger(__name__)

#: Events that are applied before waiting requests are answered.
_BATCH_SIZE = 500
#: A replica that cannot apply the events of a readable log for so long is not ready.
STUCK_SECONDS = 10.0
#: A rejected event degrades the service for so long.
REJECTED_SECONDS = 600.0

_NOT_APPLIED = "events of the log could not be applied"
_REJECTED = "events were rejected in the last 10 minutes; GET /events/rejected lists them"


class Subscription(NamedTuple):
    """A served release that receives the events of the log.

    Attributes:
        name: `champion` or `challenger`.
        replica: applies the events.
        on_lost: is called with the error when the replica cannot apply events; without it, the error is a
            fault of the service.
    """

    name: str
    replica: Replica
    on_lost: Callable[[Exception], None] | None = None


class EventConsumer:
    """Applies the event log to the served releases, champion and challenger.

    Args:
        log: the log that all replicas share.
        telemetry: receives the lag and the numbers of events.
        poll_seconds: seconds between two reads of the log.
        on_forget: is called with the id of each user to forget.
    """

    def __init__(
        self,
        log: EventLog,
        telemetry: Telemetry,
        poll_seconds: float,
        on_forget: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.log = log
        self._telemetry, self._poll_seconds, self._on_forget = telemetry, poll_seconds, on_forget
        self._subscriptions: dict[str, Subscription] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = asyncio.Lock()
        self._log_error: MancheteError | None = None
        self._has_read = False
        self._stuck_since = self._rejected_at = math.nan
        #: Events that this process has appended and not yet applied, by the offset of the first.
        self._appended: dict[int, Sequence[Event]] = {}
        #: Whether `append` has reached the log's end since the last poll.
        self._is_at_end = False

    @property
    def log_fault(self) -> str | None:
        """Why the log cannot be followed now, and the remedy; None while it can."""
        # Without `where`, which may name hosts of the internal network.
        error = self._log_error
        if error is None:
            return None
        return f"{error.what}. Remedy: {error.remedy}" if error.remedy else error.what

    @property
    def faults(self) -> list[str]:
        """All faults in words: why the log cannot be followed, and that events were rejected recently."""
        faults = [self.log_fault] if self.log_fault else []
        if time.monotonic() - self._rejected_at < REJECTED_SECONDS:
            faults.append(_REJECTED)
        return faults

    def check_readiness(self) -> None:
        """Check that the state contains the events of the log.

        A replica that has read the log once stays ready while the log cannot be read: all replicas share
        the log. One that can read it and cannot apply its events is not ready: others may be.

        Raises:
            NotReadyError: the log has not been read since the start, or its events could not be applied
                for `STUCK_SECONDS`.
        """
        if time.monotonic() - self._stuck_since > STUCK_SECONDS:
            raise NotReadyError(_NOT_APPLIED, remedy="start the service again, or roll the release back")
        if self._log_error is not None and not self._has_read:
            what = f"the events since the release are unknown: {self._log_error.what}"
            raise NotReadyError(what, remedy=self._log_error.remedy)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Follow the log in the background; close it at the end."""
        self._loop = asyncio.get_running_loop()
        task = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            self._loop = None
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(self.log.close)

    async def append(self, events: Sequence[Event]) -> AppendResult:
        """Append events to the log and apply them, after those that other replicas appended before.

        Batches that are appended together are applied together: each application has a fixed cost.

        Raises:
            EventLogError: the events are not in the log.
            EventsUnreadError: the events are in the log, but those before them cannot be read now; the next
                successful poll applies both.
        """
        appended = await asyncio.wrap_future(self.log.submit(events))
        self._appended[appended.start] = appended.new
        try:
            await asyncio.sleep(0)
            async with self._lock:
                self._is_at_end = False
                for subscription in list(self._subscriptions.values()):
                    with self._isolate(subscription):
                        await self._advance(subscription, appended.end)
                self._is_at_end = True
        finally:
            self._appended.pop(appended.start, None)
        return appended

    async def _advance(self, subscription: Subscription, end: int) -> None:
        """Apply the events up to the offset `end`."""
        if subscription.replica.position < end:
            await self._apply_appended(subscription)
        if subscription.replica.position < end:
            try:
                await self._catch_up(subscription)
            except EventLogError as error:
                raise EventsUnreadError(error.what, where=error.where, remedy=error.remedy) from error

    async def _apply_appended(self, subscription: Subscription) -> None:
        """Apply this process's events that follow the replica's position without a gap."""
        start, events = subscription.replica.position + 1, list[Event]()
        while appended := self._appended.get(start + len(events)):
            events += appended
        if events:
            await self._apply(subscription, events, start)

    @contextmanager
    def _isolate(self, subscription: Subscription) -> Iterator[None]:
        """Unsubscribe a release that cannot apply events, if it has an `on_lost`."""
        try:
            yield
        except EventLogError:
            raise
        except Exception as error:
            if subscription.on_lost is None:
                raise
            self.unsubscribe(subscription.name)
            subscription.on_lost(error)

    def unsubscribe(self, name: str) -> None:
        """Apply no more events to the release that is served as `name`."""
        self._subscriptions.pop(name, None)

    def switch(
        self,
        release: LoadedRelease,
        activate: Callable[[LoadedRelease], None],
        name: str = CHAMPION,
        on_lost: Callable[[Exception], None] | None = None,
    ) -> None:
        """Apply the log to a release, then serve it in place of the current one; called from a thread.

        Requests are answered meanwhile, and none sees an older state than the one before.

        Args:
            release: the release.
            activate: serves the release.
            name: `champion` or `challenger`.
            on_lost: see `Subscription`.

        Raises:
            EventLogError: the log cannot be read now while another release is served, or events that this
                release lacks have been taken out.
        """
        covered = release.replica.position
        try:
            count_skipped = self._telemetry.skipped_events.inc if name == CHAMPION else lambda _: None
            release.replica.replay(self.log, count_skipped)
            self._report_rejected(name, release.replica, 0)
            if release.replica.position < covered:
                _LOG.error("the event log is another one than the release was made with", covered=covered)
            self._has_read = True
        except EventsCompactedError:
            raise
        except EventLogError as error:
            if self._subscriptions:
                raise
            self._log_error = error
            _LOG.error("serving without the event log until it can be read", reason=str(error))
        subscription = Subscription(name, release.replica, on_lost)
        if self._loop is None:
            self._activate(subscription, release, activate)
        else:
            switch = self._switch(subscription, release, activate)
            asyncio.run_coroutine_threadsafe(switch, self._loop).result()

    async def _switch(
        self, subscription: Subscription, release: LoadedRelease, activate: Callable[[LoadedRelease], None]
    ) -> None:
        async with self._lock:
            with suppress(EventLogError):
                # The current releases first: their catch-up calls `on_forget`.
                for subscriber in (*self._subscriptions.values(), subscription):
                    await self._catch_up(subscriber)
            positions = [subscriber.replica.position for subscriber in self._subscriptions.values()]
            if subscription.replica.position < max(positions, default=0):
                raise EventLogError("the event log cannot be read now", remedy="see the log of the service")
            self._activate(subscription, release, activate)

    def _activate(
        self, subscription: Subscription, release: LoadedRelease, activate: Callable[[LoadedRelease], None]
    ) -> None:
        activate(release)
        self._subscriptions[subscription.name] = subscription

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            if self._is_at_end:
                # `append` has applied the events of others as well; newer ones wait for the next poll.
                self._is_at_end = False
                self._telemetry.mark_caught_up()
                continue
            async with self._lock:
                await self._poll_once()

    async def _poll_once(self) -> None:
        try:
            if not self._subscriptions:
                # Without a release there is no lag, but whether the log can be read is known early.
                await asyncio.to_thread(self.log.end_offset)
                self._telemetry.mark_caught_up()
            for subscription in list(self._subscriptions.values()):
                with self._isolate(subscription):
                    await self._catch_up(subscription)
                    self._has_read = True
            self._log_error, self._stuck_since = None, math.nan
        except MancheteError as error:
            if self._log_error is None:
                _LOG.error("the event log cannot be followed", reason=str(error))
            self._log_error = error
        except Exception as error:  # noqa: BLE001 - requests are answered, and the next poll tries again
            if math.isnan(self._stuck_since):
                self._stuck_since = time.monotonic()
            _LOG.error(_NOT_APPLIED, exc_info=error if self._log_error is None else None)
            self._log_error = MancheteError(_NOT_APPLIED, remedy="see the log of the service")

    async def _catch_up(self, subscription: Subscription) -> None:
        """Apply the log to its end."""
        replica = subscription.replica
        rows: Sequence[LoggedEvent] = await asyncio.to_thread(self.log.read, replica.position, PAGE)
        while rows:
            await self._apply_logged(subscription, rows)
            if len(rows) < PAGE:
                break
            self._telemetry.lag_events.set(await asyncio.to_thread(self.log.end_offset) - replica.position)
            rows = await asyncio.to_thread(self.log.read, replica.position, PAGE)
        self._telemetry.mark_caught_up()

    async def _apply_logged(self, subscription: Subscription, rows: Sequence[LoggedEvent]) -> None:
        """Apply rows that were read from the log."""
        for start in range(0, len(rows), _BATCH_SIZE):
            batch = rows[start : start + _BATCH_SIZE]
            self._measure(subscription, lambda batch=batch: subscription.replica.follow(batch))  # type: ignore[misc]
            self._forget_users([event for _, event in batch])
            await asyncio.sleep(0)

    async def _apply(self, subscription: Subscription, events: Sequence[Event], offset: int) -> None:
        """Apply events whose offsets in the log start at `offset`."""
        apply = subscription.replica.apply
        for start in range(0, len(events), _BATCH_SIZE):
            batch = events[start : start + _BATCH_SIZE]
            end = offset + start + len(batch) - 1
            self._measure(subscription, lambda batch=batch, end=end: apply(batch, end))  # type: ignore[misc]
            self._forget_users(batch)
            if len(events) > _BATCH_SIZE:
                await asyncio.sleep(0)

    def _forget_users(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.kind == FORGET:
                self._on_forget(event.user_id)

    def _measure(self, subscription: Subscription, apply: Callable[[], int]) -> None:
        """Apply a batch of events; report its time, its rejected events and those that are left out."""
        start, rejected = time.perf_counter(), subscription.replica.rejected.count
        skipped = apply()
        self._report_rejected(subscription.name, subscription.replica, rejected)
        self._telemetry.fold_seconds.observe(time.perf_counter() - start)
        if subscription.name == CHAMPION:
            self._telemetry.skipped_events.inc(skipped)

    def _report_rejected(self, name: str, replica: Replica, before: int) -> None:
        """Log and count the rejected events after the first `before` ones."""
        if replica.rejected.count == before:
            return
        self._rejected_at = time.monotonic()
        for event in replica.rejected.since(before):
            _LOG.error("event rejected", release=name, **event._asdict())
        if name == CHAMPION:
            self._telemetry.rejected_events.inc(replica.rejected.count - before)
