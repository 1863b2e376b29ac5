"""Erases users (LGPD, article 18): from the event log, the state, and the logs of answers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Protocol

from app.serving.event_consumer import EventConsumer
from script_shared.events.event import FORGET, Event


class AnswerLog(Protocol):
    """A log of answers, in which users have pseudonyms."""

    def forget(self, user_id: str, *, is_item: bool = False) -> Future[int] | None:
        """Delete what is logged about a user; None where nothing can be."""


class Eraser:
    """Erases users everywhere.

    Args:
        logs: the logs of answers.
        users_are_items: whether each user is an item, too, which must not be found any more.
    """

    def __init__(self, logs: Sequence[AnswerLog], *, users_are_items: bool) -> None:
        self._logs, self._users_are_items = logs, users_are_items

    def forget_answers(self, user_id: str) -> list[Future[int]]:
        """Delete what the logs of answers contain about a user; a future fails where that fails."""
        futures = (log.forget(user_id, is_item=self._users_are_items) for log in self._logs)
        return [future for future in futures if future is not None]

    async def erase(self, consumer: EventConsumer, user_id: str, now_ms: int) -> None:
        """Erase a user: on this replica at once, on all others within a second.

        The event log keeps the request itself, so that a release that still contains the user forgets as
        well when it is loaded.

        Args:
            consumer: applies the request to the state.
            user_id: the user.
            now_ms: the time of the request, ms UTC.

        Raises:
            EventLogError: a log cannot be written now; the request may be repeated.
        """
        event_id = f"forget-{secrets.token_hex(12)}"
        await consumer.append([Event(event_id, user_id, "", now_ms, kind=FORGET)])
        await asyncio.to_thread(consumer.log.forget, user_id, is_item=self._users_are_items)
        for future in self.forget_answers(user_id):
            await asyncio.wrap_future(future)
