"""Writes impressions behind the requests' backs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from script_shared.clock import Clock
from script_shared.errors import MancheteError
from script_shared.impressions.impression import Impression
from script_shared.impressions.log import ImpressionLog

#: So many may wait, some 10 MB, and so many go into one transaction.
WAITING, _TOGETHER = 20_000, 1_000
#: What is old is looked for so often.
_PRUNE_SECONDS = 600.0


class Listener(NamedTuple):
    """Who is told what became of impressions: how many were written, how many dropped, and what failed."""

    written: Callable[[int], None]
    dropped: Callable[[int], None]
    failed: Callable[[Exception], None]


class _Order(NamedTuple):
    users: Sequence[str]
    done: Future[int]


class ImpressionWriter:
    """Takes impressions at once and writes them in a thread of its own, some of them together.

    While the log cannot be written they wait; where too many wait, new ones are dropped.

    Args:
        log: where to; closed in the end.
        keep_ms: what was written longer ago is taken out.
        listener: is told.
        clock: tells when it is written.
        pause_seconds: between two transactions.
    """

    def __init__(
        self,
        log: ImpressionLog,
        keep_ms: int,
        listener: Listener,
        clock: Clock,
        pause_seconds: float = 0.5,
    ) -> None:
        self._log, self._keep_ms, self._tell = log, keep_ms, listener
        self._clock, self._pause = clock, pause_seconds
        self._waiting: deque[Impression] = deque()
        self._orders: deque[_Order] = deque()
        self._awake, self._closed = threading.Event(), False
        self._pruned = -_PRUNE_SECONDS
        self._thread = threading.Thread(target=self._run, name="inference-log", daemon=True)
        self._thread.start()

    def put(self, impression: Impression) -> None:
        """Take an impression; never waits."""
        if len(self._waiting) < WAITING:
            self._waiting.append(impression)
        else:
            self._tell.dropped(1)

    def forget(self, users: Sequence[str]) -> Future[int]:
        """Take readers out of what waits and of the log; the future fails where the log cannot be written.

        It is tried until it is done, also where the future has failed.
        """
        order = _Order(users, Future())
        self._orders.append(order)
        self._awake.set()
        return order.done

    def close(self) -> None:
        """Write what waits, as far as that goes now, then end the thread and close the log."""
        self._closed = True
        self._awake.set()
        self._thread.join()
        self._tell.dropped(len(self._waiting))
        self._log.close()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._awake.wait(self._pause)
            self._awake.clear()
            is_last = self._closed
            self._turn()

    def _turn(self) -> None:
        try:
            self._forget()
            self._write()
            self._prune()
        except Exception as error:  # noqa: BLE001 - whatever it is, requests go on and the next turn tries again
            self._tell.failed(error)

    def _forget(self) -> None:
        """Do every order that waits; those that fail wait on, and nothing is written before they are done."""
        failed: Exception | None = None
        for _ in range(len(self._orders)):
            order = self._orders.popleft()
            self._leave_out(order.users)
            try:
                _answer(order.done, self._log.forget(order.users))
            except Exception as error:  # noqa: BLE001 - whatever it is, who waits must be told
                _answer(order.done, error)
                self._orders.append(order)
                failed = error
        if failed:
            raise failed

    def _leave_out(self, users: Sequence[str]) -> None:
        for _ in range(len(self._waiting)):
            each = self._waiting.popleft()
            if each.user not in users:
                self._waiting.append(each)

    def _write(self) -> None:
        while self._waiting:
            part = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
            try:
                self._log.write(part, self._clock.now_ms())
            except MancheteError:
                self._waiting.extendleft(reversed(part))
                raise
            except Exception:
                # Tried again it would fail again.
                self._tell.dropped(len(part))
                raise
            self._tell.written(len(part))

    def _prune(self) -> None:
        if time.monotonic() - self._pruned >= _PRUNE_SECONDS:
            self._log.prune(self._clock.now_ms() - self._keep_ms)
            self._pruned = time.monotonic()


def _answer(done: Future[int], result: int | Exception) -> None:
    if done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
