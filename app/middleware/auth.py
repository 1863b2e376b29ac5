"""Keys that open doors: each kind of door has its own, several are valid at once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers

from app.settings import ApiSettings


class Scope(StrEnum):
    """What a key opens; the setting `API_KEYS_<SCOPE>` lists the keys."""

    EVENTS = "events"
    ITEMS = "items"
    USERS = "users"
    ADMIN = "admin"


class ApiKeys:
    """Which key opens what; only digests are kept."""

    def __init__(self, settings: ApiSettings) -> None:
        self._digests = [(scope, _digest(key)) for scope in Scope for key in settings.keys(scope)]
        self.configured = frozenset(scope for scope, _ in self._digests)

    def scopes(self, key: str) -> frozenset[Scope]:
        """Return what a key opens; takes as long whether it is right or wrong."""
        told = _digest(key)
        found = [(hmac.compare_digest(told, digest), scope) for scope, digest in self._digests]
        return frozenset(scope for is_equal, scope in found if is_equal)

    def name(self, key: str) -> bytes | None:
        """Return what a valid key is known by; None for any other."""
        return _digest(key) if self.scopes(key) else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


_BEARER = HTTPBearer(auto_error=False, description="One of the door's keys.")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


def requires(scope: Scope) -> Callable[..., Awaitable[None]]:
    """Make the dependency that lets a request in with a key of this scope; see `admit`."""

    async def check(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
        header: Annotated[str | None, Depends(_HEADER)],
    ) -> None:
        admit(request, scope, bearer.credentials if bearer else header)

    return check


def admit(request: Request, scope: Scope, key: str | None) -> None:
    """Let a request in that sent a key of a scope.

    Raises:
        HTTPException: 401 without a key or with an unknown one, 403 with one of another scope, and where
            no key of this scope is configured.
    """
    keys: ApiKeys = request.app.state.keys
    if scope not in keys.configured:
        detail = f"this door is closed: the setting API_KEYS_{scope.upper()} names no key"
        raise HTTPException(403, detail)
    scopes = keys.scopes(key) if key else frozenset()
    if not scopes:
        detail = "the key is not valid" if key else "this door needs a key"
        raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
    if scope not in scopes:
        raise HTTPException(403, f"the key is not one for {scope}")


def sent_key(headers: Headers) -> str | None:
    """Return the key that a request sent in either header."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else headers.get("x-api-key")
