"""Simulated users who request a list, click its first item, and check that it is not recommended again."""

from __future__ import annotations

import asyncio
import secrets
import time
from array import array
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness.api_connection import ApiConnection, ConnectionCutError
from benchmarks.harness.background_clients import BackgroundClients

#: Maximum delay before a replica applies an event that another one acknowledged.
REPLICATION_SECONDS = 1.0
#: A client continues as a new user after this many clicks.
_CLICKS_PER_USER = 20
#: Pause after a cut connection, so that a dead replica causes no busy loop.
_RETRY_SECONDS = 0.05


@dataclass
class LoadResult:
    """The responses that clients received.

    Attributes:
        lists, events: number of responses by status.
        cut: requests whose connection was refused, or closed before the response.
        seconds: latency of each list, counted from its due time.
        acknowledged: ids of the events with status 200.
        releases: number of lists by release.
        errors: descriptions of wrong lists.
    """

    lists: Counter[int] = field(default_factory=Counter)
    events: Counter[int] = field(default_factory=Counter)
    cut: int = 0
    seconds: array[float] = field(default_factory=lambda: array("d"))
    acknowledged: list[str] = field(default_factory=list)
    releases: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def latency_ms(self, quantile: float) -> float:
        """Return a quantile of the lists' latencies, ms."""
        ordered = sorted(self.seconds)
        return ordered[min(int(quantile * len(ordered)), len(ordered) - 1)] * 1000 if ordered else 0.0

    def failed(self) -> int:
        """Return the number of lists with a status other than 200."""
        return sum(count for status, count in self.lists.items() if status != 200)

    def facts(self) -> dict[str, object]:
        """Return the figures that every drill prints."""
        return {
            "lists": sum(self.lists.values()),
            "failed_lists": self.failed(),
            "wrong_lists": len(self.errors),
            "cut_connections": self.cut,
            "acknowledged_events": len(self.acknowledged),
            "events_by_status": dict(sorted(self.events.items())),
            "p50_ms": round(self.latency_ms(0.5), 2),
            "p99_ms": round(self.latency_ms(0.99), 2),
            "longest_ms": round(self.latency_ms(1.0), 1),
        }


class UserLoad(BackgroundClients):
    """Users who request lists while a `with` block runs.

    Args:
        ports: of the replicas; a client whose connection is cut switches to the next.
        client_count: number of connections.
        rate: lists per second of all clients together; 0 is as many as possible.
        lists_per_click: lists that a client requests before each click.

    Attributes:
        result: responses so far.
        partitioned_until: until this `perf_counter` time replicas could not exchange events.
    """

    def __init__(
        self, ports: list[int], client_count: int = 4, rate: float = 0.0, lists_per_click: int = 4
    ) -> None:
        super().__init__()
        self.ports, self.lists_per_click = ports, lists_per_click
        self._client_count, self._rate = client_count, rate
        self.result = LoadResult()
        self.partitioned_until = 0.0
        self._run_id = secrets.token_hex(4)

    def clients(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Return the coroutine of each client."""
        return (_Client(self, number).run() for number in range(self._client_count))

    def name(self, client: int, number: int) -> str:
        """Return a name that is unique to this run."""
        return f"{self._run_id}-{client}-{number}"

    def next_due(self, due: float) -> float:
        """Return the due time of a client's next list, given that of the last."""
        return due + self._client_count / self._rate if self._rate else time.perf_counter()


class _Client:
    def __init__(self, load: UserLoad, number: int) -> None:
        self._load, self._number, self._replica = load, number, number
        self._connection = ApiConnection(load.ports[number % len(load.ports)])
        self._clicks: dict[str, tuple[float, int]] = {}
        self._event_count, self._user_number = 0, 0

    async def run(self) -> None:
        due = time.perf_counter() + self._number * 0.001
        while not self._load.stopped:
            try:
                for _ in range(self._load.lists_per_click):
                    await asyncio.sleep(max(due - time.perf_counter(), 0))
                    items = await self._request_list(due)
                    due = self._load.next_due(due)
                if items:
                    await self._click(items[0])
                    # The time of the click does not count as latency of the next list.
                    due = max(due, time.perf_counter())
            except ConnectionCutError:
                self._load.result.cut += 1
                await self._switch_replica()
                due = time.perf_counter()
        self._connection.close()

    async def _switch_replica(self) -> None:
        await asyncio.sleep(_RETRY_SECONDS)
        self._replica += 1
        self._connection = ApiConnection(self._load.ports[self._replica % len(self._load.ports)])

    @property
    def _user(self) -> str:
        return f"user-{self._load.name(self._number, self._user_number)}"

    async def _request_list(self, due: float) -> list[str]:
        result, requested = self._load.result, time.perf_counter()
        status, body = await self._connection.get_recommendations(self._user)
        result.seconds.append(time.perf_counter() - due)
        result.lists[status] += 1
        if status != 200:
            return []
        result.releases[body["release"]] += 1
        items = [item["item_id"] for item in body["items"]]
        self._check(items, requested)
        return items

    def _check(self, items: list[str], requested: float) -> None:
        """Record an error where a list is short, or contains a click that the replica must know."""
        errors = self._load.result.errors
        if len(set(items)) != 10:
            errors.append(f"{self._user} received {len(set(items))} items")
        for item in items:
            clicked, port = self._clicks.get(item, (requested, 0))
            replicated = requested - max(clicked, self._load.partitioned_until) > REPLICATION_SECONDS
            if port and (port == self._connection.port or replicated):
                errors.append(f"{item} is recommended to {self._user} again")

    async def _click(self, item: str) -> None:
        result, event_id = self._load.result, f"e-{self._load.name(self._number, self._event_count)}"
        self._event_count += 1
        status, _ = await self._connection.post_event(self._user, item, event_id)
        result.events[status] += 1
        if status == 200:
            result.acknowledged.append(event_id)
            self._clicks[item] = time.perf_counter(), self._connection.port
        if len(self._clicks) >= _CLICKS_PER_USER:
            self._clicks, self._user_number = {}, self._user_number + 1
