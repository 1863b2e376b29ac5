"""How many requests a key or an address may send: beyond that, 429 and when to come back.

A token bucket each, kept as the one moment at which it will be full again (GCRA): a full one need not be
remembered. The buckets are this process's own; several replicas let through as many times the rate.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable, Hashable
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import problem
from app.middleware.auth import ApiKeys, sent_key

#: So many senders are remembered; the one that has been silent longest makes room. Some 4 MB.
MAX_SENDERS = 20_000
#: A network of this size is one sender: whoever has an IPv6 address has as many as these.
_IPV6_PREFIX = 64
#: Those who watch over the service are never turned away.
_FREE = "/health/"
#: What sums of seconds since the machine's start may be off by.
_ROUNDING = 1e-6
_REMEDY = "wait for as many seconds as Retry-After says"


class TokenBuckets:
    """A bucket for each sender.

    Args:
        rate: requests a second, for good; 0: there is no limit.
        burst_seconds: a bucket holds what so many seconds bring, at least one request.
        clock: seconds that never go back.
        max_senders: how many are remembered.
    """

    def __init__(
        self,
        rate: float,
        burst_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        max_senders: int = MAX_SENDERS,
    ) -> None:
        self.limits = rate > 0
        self._interval = 1 / rate if self.limits else 0.0
        self._depth = max(burst_seconds, self._interval)
        self._clock, self._max = clock, max_senders
        self._full_at: dict[Hashable, float] = {}

    def take(self, sender: Hashable, count: int = 1) -> float:
        """Take out of a sender's bucket; return 0, or the seconds until it may be taken and take nothing.

        Where one is there, more may be taken than there are: the sender then waits longer for the next.
        """
        now = self._clock()
        full_at = max(self._full_at.pop(sender, now), now)
        wait = full_at + self._interval - now - self._depth
        # Put in again at the end: the first of the dictionary is who has been silent longest.
        self._full_at[sender] = full_at if wait > _ROUNDING else full_at + count * self._interval
        if len(self._full_at) > self._max:
            del self._full_at[next(iter(self._full_at))]
        return wait if wait > _ROUNDING else 0.0


class RateLimit:
    """ASGI middleware: who sends a valid key is limited by it, all others by their address.

    Args:
        app: what it protects.
        keys: which keys are valid.
        by_key: a bucket for each of them.
        by_address: a bucket for each address; without a valid key, so that keys cannot be guessed at speed.
    """

    def __init__(self, app: ASGIApp, keys: ApiKeys, by_key: TokenBuckets, by_address: TokenBuckets) -> None:
        self._app, self._keys = app, keys
        self._by_key, self._by_address = by_key, by_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or pass the request on."""
        wait = self._wait(scope) if scope["type"] == "http" else 0.0
        if not wait:
            await self._app(scope, receive, send)
            return
        await too_many("requests came from this key or address", wait)(scope, receive, send)

    def _wait(self, scope: Scope) -> float:
        if scope["path"].startswith(_FREE):
            return 0.0
        key = sent_key(Headers(scope=scope))
        name = self._keys.name(key) if key else None
        if name is not None:
            return self._by_key.take(name) if self._by_key.limits else 0.0
        return self._by_address.take(sender(scope)) if self._by_address.limits else 0.0


class EventRates:
    """How many events a key may send.

    Args:
        keys: which keys are valid.
        buckets: one a key, of events.
    """

    def __init__(self, keys: ApiKeys, buckets: TokenBuckets) -> None:
        self._keys, self._buckets = keys, buckets

    def take(self, headers: Headers, count: int) -> float:
        """Count events that came with a request; return 0, or the seconds until they may be sent."""
        if not self._buckets.limits:
            return 0.0
        key = sent_key(headers)
        return self._buckets.take(self._keys.name(key) if key else None, count)


def too_many(what: str, wait: float) -> Response:
    """Answer 429 with the seconds to wait."""
    headers = {"Retry-After": str(math.ceil(wait))}
    return problem(429, f"too many {what}", remedy=_REMEDY, headers=headers)


def sender(scope: Scope) -> str:
    """Return whom a request's address stands for; one name for all without an address."""
    client = scope.get("client")
    return _network(client[0]) if client else ""


@lru_cache(maxsize=MAX_SENDERS)
def _network(address: str) -> str:
    try:
        told = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(told, ipaddress.IPv4Address):
        return address
    if told.ipv4_mapped is not None:
        return str(told.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(told), _IPV6_PREFIX), strict=False))
