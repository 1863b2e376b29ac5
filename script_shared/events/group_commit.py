"""Group commit: one thread writes all batches that wait at a time in one transaction with one fsync."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from script_shared.errors import EventLogError
from script_shared.events.event import Event
from script_shared.events.log import AppendResult

#: Maximum number of events of a transaction, and in the queue: some tens of MB.
_MAX_TRANSACTION = 10_000
_MAX_QUEUE = 100_000

Batch = Sequence[Event]
Write = Callable[[Sequence[Batch]], Sequence[AppendResult]]


class _QueuedBatch(NamedTuple):
    events: Batch
    done: Future[AppendResult]


class GroupCommit:
    """Queues batches of many callers and writes them in groups, in the order of submission.

    While a transaction waits for the disk, further batches queue up: groups grow with the load.

    Args:
        write: appends batches in one transaction; returns when they are durable, or raises and appends none.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._queue: list[_QueuedBatch] = []
        self._events = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="event-log", daemon=True)
        self._thread.start()

    def submit(self, events: Batch) -> Future[AppendResult]:
        """Queue a batch; see `EventLog.submit`."""
        done: Future[AppendResult] = Future()
        with self._changed:
            if self._closed or self._events + len(events) > _MAX_QUEUE:
                what = "the event log is closed" if self._closed else "too many events wait to be written"
                raise EventLogError(what, remedy="send them again in a few seconds")
            self._queue.append(_QueuedBatch(events, done))
            self._events += len(events)
            self._changed.notify()
        return done

    def close(self) -> None:
        """Write all queued batches, then end the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._next_group():
            self._commit(group)

    def _next_group(self) -> Sequence[_QueuedBatch]:
        """Wait for batches; returns none when the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            count, size = 0, 0
            while count < len(self._queue) and (not count or size < _MAX_TRANSACTION):
                size += len(self._queue[count].events)
                count += 1
            group, self._queue = self._queue[:count], self._queue[count:]
            self._events -= size
            return group

    def _commit(self, group: Sequence[_QueuedBatch]) -> None:
        group = [batch for batch in group if batch.done.set_running_or_notify_cancel()]
        try:
            results = self._write([batch.events for batch in group])
        except Exception as error:  # noqa: BLE001 - the callers get every error
            for batch in group:
                batch.done.set_exception(error)
        else:
            for batch, result in zip(group, results, strict=True):
                batch.done.set_result(result)
