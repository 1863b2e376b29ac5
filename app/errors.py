"""Every error as a problem document (RFC 9457): what was wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.middleware.security_headers import HEADERS
from script_shared.errors import (
    EventLogError,
    EventsUnreadError,
    MancheteError,
    ReleaseError,
    VolumeFullError,
)

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 5
TOO_LARGE = "send less at once"
_NOT_KEPT = "the event log cannot be written now: nothing of this request was kept"

_LOG = structlog.get_logger(__name__)
_REMEDIES = {
    HTTPStatus.UNAUTHORIZED: "send a key as `Authorization: Bearer …` or as `X-API-Key`",
    HTTPStatus.FORBIDDEN: "ask the operator for a key of this door, or to configure one",
    HTTPStatus.NOT_FOUND: "see /docs for what the service answers",
    HTTPStatus.METHOD_NOT_ALLOWED: "use one of the methods that the Allow header lists",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
}


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details after RFC 9457; `remedy` says what to do, `errors` names the faulty fields."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str | None = None
    errors: list[Fault] | None = None


class NotReadyError(ReleaseError):
    """No release is loaded yet."""


def problem(
    status: int, detail: str, *, remedy: str = "", headers: Mapping[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Build the response that carries a problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if remedy:
        body["remedy"] = remedy
    return JSONResponse(body | more, status, headers, PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    handlers: dict[Any, Any] = {
        HTTPException: _http,
        ClientDisconnect: _gone,
        RequestValidationError: _invalid,
        NotReadyError: _not_ready,
        EventsUnreadError: _unread,
        EventLogError: _not_logged,
        VolumeFullError: _no_room,
        MancheteError: _known,
        Exception: _unknown,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


async def _http(_: Request, error: HTTPException) -> JSONResponse:
    remedy = _REMEDIES.get(HTTPStatus(error.status_code), "")
    return problem(error.status_code, str(error.detail), remedy=remedy, headers=error.headers)


async def _gone(_: Request, __: ClientDisconnect) -> JSONResponse:
    """Count it as the client's doing; nobody is there to read the answer."""
    return problem(408, "the connection ended before the body did")


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """Name the faulty fields; what was sent is never sent back, it may be anything."""
    # A parameter that two dependencies read is reported by both.
    found = list({(each["loc"], each["msg"]): each for each in error.errors()}.values())[:20]
    faults = [{"field": _field(each["loc"]), "message": each["msg"]} for each in found]
    detail = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults)
    return problem(422, detail, remedy=_accepted(request, found), errors=faults)


def _accepted(request: Request, found: Sequence[Any]) -> str:
    """Say what the faulty parameters may be, as the API's document does."""
    paths = request.app.openapi()["paths"]
    operation = paths.get(request.scope["route"].path, {}).get(request.method.lower(), {})
    told = {each["name"]: each.get("description", "") for each in operation.get("parameters", ())}
    faulty = dict.fromkeys(str(each["loc"][1]) for each in found if len(each["loc"]) > 1)
    remedies = [f"{name}: {told[name]}" for name in faulty if told.get(name)]
    return " ".join(remedies) or "correct the fields named in errors"


def _field(place: tuple[str | int, ...]) -> str:
    """Drop the first part, which says query, path or body."""
    return ".".join(str(part) for part in place[1:])[:100] or str(place[0])


async def _not_ready(_: Request, error: NotReadyError) -> JSONResponse:
    return problem(503, error.what, remedy=error.remedy, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _not_logged(request: Request, error: EventLogError) -> JSONResponse:
    return _passing(503, request, error, _NOT_KEPT)


async def _unread(request: Request, error: EventsUnreadError) -> JSONResponse:
    kept = "the event log cannot be read now: this request is kept, and lists do not know of it yet"
    return _passing(503, request, error, kept)


async def _no_room(request: Request, error: VolumeFullError) -> JSONResponse:
    return _passing(507, request, error, _NOT_KEPT)


def _passing(status: int, request: Request, error: MancheteError, detail: str) -> JSONResponse:
    """Say what was not done, and when to try again; why and where is for the log."""
    _LOG.error("request failed", path=request.url.path, error=str(error))
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return problem(status, detail, remedy="send it again with the same event ids", headers=headers)


async def _known(request: Request, error: MancheteError) -> JSONResponse:
    """Say what and what to do; where is for the log, it names files of this machine."""
    _LOG.error("request failed", path=request.url.path, error=str(error))
    return problem(500, error.what, remedy=error.remedy)


async def _unknown(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("request failed", path=request.url.path, exc_info=error)
    # Starlette answers this one outside all middleware.
    remedy = "try again; the log says more"
    return problem(500, "the service failed to answer this request", remedy=remedy, headers=HEADERS)
