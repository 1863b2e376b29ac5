"""Group commit: one thread writes, and whatever waits at that moment shares one fsync."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from script_shared.errors import EventLogError
from script_shared.events.event import Event
from script_shared.events.log import Appended

#: So many events go into one transaction, and so many may wait: some tens of MB.
_TOGETHER = 10_000
_WAITING = 100_000

Batch = Sequence[Event]
Write = Callable[[Sequence[Batch]], Sequence[Appended]]


class _Waiting(NamedTuple):
    events: Batch
    done: Future[Appended]


class GroupCommit:
    """Collects batches of many callers and writes them together, in the order they came.

    While one transaction waits for the disk the next batches gather: the busier, the larger the groups.

    Args:
        write: appends batches in one transaction and returns when it is durable, or leaves nothing.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._waiting: list[_Waiting] = []
        self._events = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="event-log", daemon=True)
        self._thread.start()

    def submit(self, events: Batch) -> Future[Appended]:
        """Hand over a batch; see `EventLog.submit`."""
        done: Future[Appended] = Future()
        with self._changed:
            if self._closed or self._events + len(events) > _WAITING:
                raise EventLogError(
                    "the event log is closed" if self._closed else "too many events wait to be written",
                    remedy="send them again in a few seconds",
                )
            self._waiting.append(_Waiting(events, done))
            self._events += len(events)
            self._changed.notify()
        return done

    def close(self) -> None:
        """Write what waits, then end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next():
            self._commit(group)

    def _next(self) -> Sequence[_Waiting]:
        """Wait for batches; none once closed and all written."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            count, size = 0, 0
            while count < len(self._waiting) and (not count or size < _TOGETHER):
                size += len(self._waiting[count].events)
                count += 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
            self._events -= size
            return group

    def _commit(self, group: Sequence[_Waiting]) -> None:
        group = [each for each in group if each.done.set_running_or_notify_cancel()]
        try:
            results = self._write([each.events for each in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must be told
            for each in group:
                each.done.set_exception(error)
        else:
            for each, appended in zip(group, results, strict=True):
                each.done.set_result(appended)
