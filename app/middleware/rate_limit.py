"""Rate limits by key or address: requests beyond the rate are answered 429 with the seconds to wait.

Each sender has a token bucket, stored as the one moment at which it will be full again (GCRA), so that full
buckets need no memory. The buckets belong to this process: n replicas allow n times the rate.
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
from app.middleware.auth import ApiKeys, read_key

#: Buckets kept, some 4 MB; the sender that has been silent longest makes room.
MAX_SENDERS = 20_000
#: One client can use all addresses of an IPv6 network of this size.
_IPV6_PREFIX = 64
#: Health checks are never refused.
_UNLIMITED_PATHS = "/health/"
#: Rounding error of sums of seconds since the machine's start.
_ROUNDING = 1e-6
_REMEDY = "wait for as many seconds as Retry-After says"


class TokenBuckets:
    """Token buckets by sender.

    Args:
        rate: tokens a second; 0 is no limit.
        burst_seconds: a bucket holds the tokens of so many seconds, at least one.
        clock: monotonic clock in seconds.
        max_senders: number of buckets kept.

    Attributes:
        is_limited: whether there is a limit.
    """

    def __init__(
        self,
        rate: float,
        burst_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        max_senders: int = MAX_SENDERS,
    ) -> None:
        self.is_limited = rate > 0
        self._interval = 1 / rate if self.is_limited else 0.0
        self._depth = max(burst_seconds, self._interval)
        self._clock, self._max_senders = clock, max_senders
        self._full_at: dict[Hashable, float] = {}

    def take(self, sender: Hashable, count: int = 1) -> float:
        """Take tokens out of a sender's bucket.

        One token is enough to take any number: the sender then waits longer for the next.

        Returns:
            0, or, where no token was left, the seconds until there is one.
        """
        now = self._clock()
        full_at = max(self._full_at.pop(sender, now), now)
        wait = full_at + self._interval - now - self._depth
        # Inserted again at the end: the dictionary's first sender is the one silent longest.
        self._full_at[sender] = full_at if wait > _ROUNDING else full_at + count * self._interval
        if len(self._full_at) > self._max_senders:
            del self._full_at[next(iter(self._full_at))]
        return wait if wait > _ROUNDING else 0.0


class RateLimit:
    """ASGI middleware: limits requests with a valid key by the key, all others by their address.

    Args:
        app: application that gets the other requests.
        keys: the valid keys.
        by_key: buckets by key.
        by_address: buckets by address; invalid keys count here, so that keys cannot be guessed quickly.
    """

    def __init__(self, app: ASGIApp, keys: ApiKeys, by_key: TokenBuckets, by_address: TokenBuckets) -> None:
        self._app, self._keys = app, keys
        self._by_key, self._by_address = by_key, by_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 429, or pass the request on."""
        wait = self._take(scope) if scope["type"] == "http" else 0.0
        if not wait:
            await self._app(scope, receive, send)
            return
        await too_many_requests("requests came from this key or address", wait)(scope, receive, send)

    def _take(self, scope: Scope) -> float:
        if scope["path"].startswith(_UNLIMITED_PATHS):
            return 0.0
        key = read_key(Headers(scope=scope))
        digest = self._keys.digest(key) if key else None
        if digest is not None:
            return self._by_key.take(digest) if self._by_key.is_limited else 0.0
        return self._by_address.take(sender_of(scope)) if self._by_address.is_limited else 0.0


class EventRateLimit:
    """Limits the events that are sent with a key.

    Args:
        keys: the valid keys.
        buckets: buckets by key; a token is an event.
    """

    def __init__(self, keys: ApiKeys, buckets: TokenBuckets) -> None:
        self._keys, self._buckets = keys, buckets

    def take(self, headers: Headers, count: int) -> float:
        """Count the events of a request; return 0, or the seconds until they may be sent."""
        if not self._buckets.is_limited:
            return 0.0
        key = read_key(headers)
        return self._buckets.take(self._keys.digest(key) if key else None, count)


def too_many_requests(what: str, wait: float) -> Response:
    """Return the response 429 with the seconds to wait."""
    headers = {"Retry-After": str(math.ceil(wait))}
    return problem(429, f"too many {what}", remedy=_REMEDY, headers=headers)


def sender_of(scope: Scope) -> str:
    """Return the sender of a request: its IPv4 address or IPv6 network; empty without an address."""
    client = scope.get("client")
    return _network(client[0]) if client else ""


@lru_cache(maxsize=MAX_SENDERS)
def _network(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), _IPV6_PREFIX), strict=False))
