"""API keys: each scope has keys of its own, several may be valid at once."""

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
    """What a key gives access to; the setting `API_KEYS_<SCOPE>` lists the keys."""

    EVENTS = "events"
    ITEMS = "items"
    USERS = "users"
    ADMIN = "admin"


class ApiKeys:
    """The configured keys and their scopes; only digests of keys are kept.

    Attributes:
        configured: scopes that have a key.
    """

    def __init__(self, settings: ApiSettings) -> None:
        self._digests = [(scope, _digest(key)) for scope in Scope for key in settings.keys(scope)]
        self.configured = frozenset(scope for scope, _ in self._digests)

    def scopes(self, key: str) -> frozenset[Scope]:
        """Return the scopes of a key; a wrong key takes as long as a valid one."""
        sent = _digest(key)
        matches = [(hmac.compare_digest(sent, digest), scope) for scope, digest in self._digests]
        return frozenset(scope for is_equal, scope in matches if is_equal)

    def digest(self, key: str) -> bytes | None:
        """Return the digest of a valid key; None for any other."""
        return _digest(key) if self.scopes(key) else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


_BEARER = HTTPBearer(auto_error=False, description="A key of the endpoint's scope.")
_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in another header.")


def require_scope(scope: Scope) -> Callable[..., Awaitable[None]]:
    """Return the dependency that refuses requests without a key of a scope; see `check_scope`."""

    async def check(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
        header: Annotated[str | None, Depends(_HEADER)],
    ) -> None:
        check_scope(request, scope, bearer.credentials if bearer else header)

    return check


def check_scope(request: Request, scope: Scope, key: str | None) -> None:
    """Check that a key belongs to a scope.

    Raises:
        HTTPException: 401 without a key or with an unknown one; 403 with a key of another scope, and where
            no key of this scope is configured.
    """
    keys: ApiKeys = request.app.state.keys
    if scope not in keys.configured:
        detail = f"this endpoint is disabled: the setting API_KEYS_{scope.upper()} names no key"
        raise HTTPException(403, detail)
    scopes = keys.scopes(key) if key else frozenset()
    if not scopes:
        detail = "the key is not valid" if key else "this endpoint needs a key"
        raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})
    if scope not in scopes:
        raise HTTPException(403, f"the key is not one for {scope}")


def read_key(headers: Headers) -> str | None:
    """Return the key in either header of a request."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else headers.get("x-api-key")
