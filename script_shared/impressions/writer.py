"""Writes records in a background thread, so that requests do not wait for the disk."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, NamedTuple, Protocol, TypeVar

from script_shared.clock import Clock
from script_shared.errors import MancheteError
from script_shared.impressions.erasure import Erasure

#: Maximum number of records in the queue, some 10 MB, and in a transaction.
MAX_QUEUE, _MAX_TRANSACTION = 20_000, 1_000
#: Time between two removals of old records.
_PRUNE_SECONDS = 600.0


class Record(Protocol):
    """A record of a log, such as an impression."""

    def concerns(self, erasure: Erasure) -> bool:
        """Return whether the record must be removed for a user who is erased."""
        ...


R = TypeVar("R", bound=Record)
_Written_contra = TypeVar("_Written_contra", bound=Record, contravariant=True)


class Log(Protocol[_Written_contra]):
    """What the writer needs of a log; every method may raise a `MancheteError`."""

    def write(self, records: Sequence[_Written_contra], written_ms: int, /) -> None:
        """Add records."""

    def forget(self, erasure: Erasure, /) -> int:
        """Remove the records of a user; return their number."""
        ...

    def prune(self, before_ms: int, /) -> int:
        """Remove what was written before a wall time, ms UTC; return the number of records."""
        ...

    def close(self) -> None:
        """Close files and connections."""


class Listener(NamedTuple):
    """Callbacks for the number of written and dropped records, and for errors."""

    written: Callable[[int], None]
    dropped: Callable[[int], None]
    failed: Callable[[Exception], None]


class _ForgetRequest(NamedTuple):
    erasure: Erasure
    done: Future[int]


class LogWriter(Generic[R]):
    """Queues records and writes them in groups in a background thread.

    While the log cannot be written records stay in the queue; when it is full, new ones are dropped.

    Args:
        log: the log to write, which `close` closes.
        keep_ms: records written longer ago are removed, ms.
        listener: callbacks.
        clock: wall time at which records are written.
        pause_seconds: time between two transactions.
    """

    def __init__(
        self, log: Log[R], keep_ms: int, listener: Listener, clock: Clock, pause_seconds: float = 0.5
    ) -> None:
        self._log, self._keep_ms, self._listener = log, keep_ms, listener
        self._clock, self._pause = clock, pause_seconds
        self._queue: deque[R] = deque()
        self._forget_requests: deque[_ForgetRequest] = deque()
        self._wake_up, self._closed = threading.Event(), False
        self._pruned = -_PRUNE_SECONDS
        self._thread = threading.Thread(target=self._run, name="inference-log", daemon=True)
        self._thread.start()

    def put(self, record: R) -> None:
        """Queue a record, without waiting."""
        if len(self._queue) < MAX_QUEUE:
            self._queue.append(record)
        else:
            self._listener.dropped(1)

    def forget(self, erasure: Erasure) -> Future[int]:
        """Remove a user from the queue and the log; the future fails where the log cannot be written.

        The removal is retried until it succeeds, even after the future has failed.
        """
        request = _ForgetRequest(erasure, Future())
        self._forget_requests.append(request)
        self._wake_up.set()
        return request.done

    def close(self) -> None:
        """Write the queue as far as possible, then end the thread and close the log."""
        self._closed = True
        self._wake_up.set()
        self._thread.join()
        self._listener.dropped(len(self._queue))
        self._log.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._wake_up.wait(self._pause)
            self._wake_up.clear()
            is_last = self._closed
            self._process()

    def _process(self) -> None:
        try:
            self._forget()
            self._write()
            self._prune()
        except Exception as error:  # noqa: BLE001 - requests must not fail, and the next turn retries
            self._listener.failed(error)

    def _forget(self) -> None:
        """Process all requests to forget; those that fail are queued again, and block writing."""
        failed: Exception | None = None
        for _ in range(len(self._forget_requests)):
            request = self._forget_requests.popleft()
            self._drop_queued(request.erasure)
            try:
                _complete(request.done, self._log.forget(request.erasure))
            except Exception as error:  # noqa: BLE001 - the caller gets every error
                _complete(request.done, error)
                self._forget_requests.append(request)
                failed = error
        if failed:
            raise failed

    def _drop_queued(self, erasure: Erasure) -> None:
        for _ in range(len(self._queue)):
            record = self._queue.popleft()
            if not record.concerns(erasure):
                self._queue.append(record)

    def _write(self) -> None:
        while self._queue:
            part = [self._queue.popleft() for _ in range(min(len(self._queue), _MAX_TRANSACTION))]
            try:
                self._log.write(part, self._clock.now_ms())
            except MancheteError:
                self._queue.extendleft(reversed(part))
                raise
            except Exception:
                # A retry would fail in the same way.
                self._listener.dropped(len(part))
                raise
            self._listener.written(len(part))

    def _prune(self) -> None:
        if time.monotonic() - self._pruned >= _PRUNE_SECONDS:
            self._log.prune(self._clock.now_ms() - self._keep_ms)
            self._pruned = time.monotonic()


def _complete(done: Future[int], result: int | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
