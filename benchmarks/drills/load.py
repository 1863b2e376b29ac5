"""Readers who ask for a list, read the first article of it, and look whether they are shown it again."""

from __future__ import annotations

import asyncio
import secrets
import time
from array import array
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.drills.swarm import Swarm
from benchmarks.drills.wire import Cut, Wire

#: A replica that did not take the read in itself has so long to learn of it.
FOLLOWS_SECONDS = 1.0
#: A reader reads so many articles, then another comes.
_READS = 20
#: After a cut a client waits so long; one replica that is gone does not become a busy loop.
_PAUSE_SECONDS = 0.05


@dataclass
class Seen:
    """What clients saw.

    Attributes:
        lists, posts: answers by status.
        cut: requests whose connection was refused or ended before the answer.
        seconds: from when a list was due until it was there.
        acknowledged: ids of the events that were answered 200.
        releases: lists by release.
        wrong: what was wrong with a list.
    """

    lists: Counter[int] = field(default_factory=Counter)
    posts: Counter[int] = field(default_factory=Counter)
    cut: int = 0
    seconds: array[float] = field(default_factory=lambda: array("d"))
    acknowledged: list[str] = field(default_factory=list)
    releases: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def at(self, share: float) -> float:
        """Return a quantile of the lists' times, ms."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000 if ordered else 0.0

    def failed(self) -> int:
        """Return how many lists were answered with anything but 200."""
        return sum(count for status, count in self.lists.items() if status != 200)

    def facts(self) -> dict[str, object]:
        """Return the figures that every drill prints."""
        return {
            "lists": sum(self.lists.values()),
            "failed_lists": self.failed(),
            "wrong_lists": len(self.wrong),
            "cut_connections": self.cut,
            "acknowledged_events": len(self.acknowledged),
            "events_by_status": dict(sorted(self.posts.items())),
            "p50_ms": round(self.at(0.5), 2),
            "p99_ms": round(self.at(0.99), 2),
            "longest_ms": round(self.at(1.0), 1),
        }


class Load(Swarm):
    """Readers who ask for lists for as long as a block lasts.

    Args:
        ports: of the replicas; a client whose connection is cut goes to the next.
        clients: so many connections.
        rate: lists a second of all together; 0 is as many as they can.
        lists_a_read: so many lists are asked for before one article is read.

    Attributes:
        seen: what they saw so far.
        apart_until: until then replicas could not learn from each other.
    """

    def __init__(self, ports: list[int], clients: int = 4, rate: float = 0.0, lists_a_read: int = 4) -> None:
        super().__init__()
        self.ports, self._clients, self._rate, self._lists = ports, clients, rate, lists_a_read
        self.seen = Seen()
        self.apart_until = 0.0
        self._run = secrets.token_hex(4)

    def clients(self) -> Iterable[Coroutine[Any, Any, None]]:
        return (_Client(self, number).run() for number in range(self._clients))

    def name(self, client: int, number: int) -> str:
        return f"{self._run}-{client}-{number}"

    def pause(self, due: float) -> float:
        """Return when a client's next list is due."""
        return due + self._clients / self._rate if self._rate else time.perf_counter()

    @property
    def lists(self) -> int:
        return self._lists


class _Client:
    def __init__(self, load: Load, number: int) -> None:
        self._load, self._number, self._place = load, number, number
        self._wire = Wire(load.ports[number % len(load.ports)])
        self._reads: dict[str, tuple[float, int]] = {}
        self._events, self._generation = 0, 0

    async def run(self) -> None:
        due = time.perf_counter() + self._number * 0.001
        while not self._load.stopped:
            try:
                for _ in range(self._load.lists):
                    await asyncio.sleep(max(due - time.perf_counter(), 0))
                    items = await self._ask(due)
                    due = self._load.pause(due)
                if items:
                    await self._read(items[0])
                    # The time that a read took is not the next list's.
                    due = max(due, time.perf_counter())
            except Cut:
                self._load.seen.cut += 1
                await self._move()
                due = time.perf_counter()
        self._wire.close()

    async def _move(self) -> None:
        await asyncio.sleep(_PAUSE_SECONDS)
        self._place += 1
        self._wire = Wire(self._load.ports[self._place % len(self._load.ports)])

    @property
    def _reader(self) -> str:
        return f"reader-{self._load.name(self._number, self._generation)}"

    async def _ask(self, due: float) -> list[str]:
        seen, asked = self._load.seen, time.perf_counter()
        status, answer = await self._wire.recommendations(self._reader)
        seen.seconds.append(time.perf_counter() - due)
        seen.lists[status] += 1
        if status != 200:
            return []
        seen.releases[answer["release"]] += 1
        items = [each["item_id"] for each in answer["items"]]
        self._check(items, asked)
        return items

    def _check(self, items: list[str], asked: float) -> None:
        if len(set(items)) != 10:
            self._load.seen.wrong.append(f"{self._reader} got {len(set(items))} articles")
        for item in items:
            when, port = self._reads.get(item, (asked, 0))
            follows = asked - max(when, self._load.apart_until) > FOLLOWS_SECONDS
            if port and (port == self._wire.port or follows):
                self._load.seen.wrong.append(f"{self._reader} is shown {item} again")

    async def _read(self, item: str) -> None:
        seen, name = self._load.seen, f"e-{self._load.name(self._number, self._events)}"
        self._events += 1
        status, _ = await self._wire.event(self._reader, item, name)
        seen.posts[status] += 1
        if status == 200:
            seen.acknowledged.append(name)
            self._reads[item] = time.perf_counter(), self._wire.port
        if len(self._reads) >= _READS:
            self._reads, self._generation = {}, self._generation + 1
