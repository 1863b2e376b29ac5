"""Error responses as problem documents (RFC 9457): what is wrong, where, and what to do."""

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

from script_shared.errors import (
    EventLogError,
    EventsCompactedError,
    EventsUnreadError,
    MancheteError,
    ReleaseError,
    ReleaseNotFoundError,
    ReleaseStoreError,
    VolumeFullError,
)

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = 5
_CORRECT = "correct the fields named in errors"
TOO_LARGE = "send less at once"
_NOT_STORED = "the event log cannot be written now: nothing of this request was kept"
_NOT_APPLIED = "the event log cannot be read now: this request is kept, and lists do not reflect it yet"

_LOG = structlog.get_logger(__name__)
_REMEDIES = {
    HTTPStatus.UNAUTHORIZED: "send a key as `Authorization: Bearer …` or as `X-API-Key`",
    HTTPStatus.FORBIDDEN: "ask the operator for a key of this endpoint, or to configure one",
    HTTPStatus.NOT_FOUND: "see /docs for the endpoints of the service",
    HTTPStatus.METHOD_NOT_ALLOWED: "use one of the methods that the Allow header lists",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TOO_LARGE,
}


class FieldError(BaseModel):
    """An invalid field of a request."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details after RFC 9457; `remedy` says what to do, `errors` names the invalid fields."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str | None = None
    errors: list[FieldError] | None = None


class NotReadyError(ReleaseError):
    """No release is loaded."""


def problem(
    status: int, detail: str, *, remedy: str = "", headers: Mapping[str, str] | None = None, **members: Any
) -> JSONResponse:
    """Return the response with a problem document; `members` extend the document."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if remedy:
        document["remedy"] = remedy
    return JSONResponse(document | members, status, headers, PROBLEM_JSON)


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the document of problem responses, by status."""
    return {status: {"model": Problem} for status in statuses}


def batch_problem(noun: str, results: Sequence[Mapping[str, Any]]) -> JSONResponse:
    """Return the problem that lists the result of each element, and the faults of the first 20.

    Args:
        noun: names an element, e.g. "event".
        results: the result of each element, with `field` and `message`.
    """
    faults = [
        {"field": f"{index}.{result['field']}", "message": result["message"]}
        for index, result in enumerate(results[:20])
    ]
    first = "; ".join(f"{fault['field']}: {fault['message']}" for fault in faults[:3])
    more: dict[str, Any] = {"errors": faults, f"{noun}s": results}
    return problem(422, f"no {noun} could be kept: {first}", remedy=_CORRECT, **more)


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem document."""
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_exception_handler(Exception, _handle_unexpected)


async def _handle_http(_: Request, error: HTTPException) -> JSONResponse:
    remedy = _REMEDIES.get(HTTPStatus(error.status_code), "")
    return problem(error.status_code, str(error.detail), remedy=remedy, headers=error.headers)


async def _handle_disconnect(_: Request, __: ClientDisconnect) -> JSONResponse:
    """Count a disconnect as the client's error; nobody receives the response."""
    return problem(408, "the connection ended before the body did")


async def _handle_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    """Name the invalid fields; the values are not repeated, they may be anything."""
    # A parameter of two dependencies is reported by both.
    distinct = {(error["loc"], error["msg"]): error for error in error.errors()}
    invalid = list(distinct.values())[:20]
    errors = [{"field": _field_name(error["loc"]), "message": error["msg"]} for error in invalid]
    detail = "; ".join(f"{error['field']}: {error['message']}" for error in errors)
    return problem(422, detail, remedy=_accepted_values(request, invalid), errors=errors)


def _accepted_values(request: Request, invalid: Sequence[Any]) -> str:
    """Return the descriptions of the invalid parameters in the API's document."""
    paths = request.app.openapi()["paths"]
    operation = paths.get(request.scope["route"].path, {}).get(request.method.lower(), {})
    parameters = operation.get("parameters", ())
    descriptions = {parameter["name"]: parameter.get("description", "") for parameter in parameters}
    names = dict.fromkeys(str(error["loc"][1]) for error in invalid if len(error["loc"]) > 1)
    remedies = [f"{name}: {descriptions[name]}" for name in names if descriptions.get(name)]
    return " ".join(remedies) or _CORRECT


def _field_name(location: tuple[str | int, ...]) -> str:
    """Return the location without its first part, which is query, path or body."""
    return ".".join(str(part) for part in location[1:])[:100] or str(location[0])


async def _handle_not_ready(_: Request, error: NotReadyError) -> JSONResponse:
    return problem(503, error.what, remedy=error.remedy, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _handle_temporary(request: Request, error: EventLogError | VolumeFullError) -> JSONResponse:
    """Return what failed and when to try again; the cause is for the log only."""
    _log_error(request, error)
    status = 507 if isinstance(error, VolumeFullError) else 503
    detail = _NOT_APPLIED if isinstance(error, EventsUnreadError) else _NOT_STORED
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return problem(status, detail, remedy="send it again with the same event ids", headers=headers)


async def _handle_store(request: Request, error: ReleaseStoreError) -> JSONResponse:
    """Return what failed and when to try again; the store's response is for the log only."""
    _log_error(request, error)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return problem(503, error.what, remedy=error.remedy, headers=headers)


async def _handle_missing_release(_: Request, error: ReleaseNotFoundError) -> JSONResponse:
    return problem(404, error.what, remedy=error.remedy)


async def _handle_refused(request: Request, error: ReleaseError | EventsCompactedError) -> JSONResponse:
    """Return why a release cannot be used or changed; the place is for the log only."""
    _log_error(request, error)
    return problem(409, error.what, remedy=error.remedy)


async def _handle_known(request: Request, error: MancheteError) -> JSONResponse:
    """Return what failed and what to do; the place is for the log only, it names files of this machine."""
    _log_error(request, error)
    return problem(500, error.what, remedy=error.remedy)


def _log_error(request: Request, error: MancheteError) -> None:
    _LOG.error("request failed", path=request.url.path, error=str(error))


async def _handle_unexpected(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("request failed", path=request.url.path, exc_info=error)
    detail = "the service failed to answer this request"
    return problem(500, detail, remedy="try again; see the log for the cause")


#: Handlers of all errors but unexpected ones.
HANDLERS: dict[Any, Any] = {
    HTTPException: _handle_http,
    ClientDisconnect: _handle_disconnect,
    RequestValidationError: _handle_invalid,
    NotReadyError: _handle_not_ready,
    EventLogError: _handle_temporary,
    EventsCompactedError: _handle_refused,
    ReleaseStoreError: _handle_store,
    ReleaseNotFoundError: _handle_missing_release,
    ReleaseError: _handle_refused,
    VolumeFullError: _handle_temporary,
    MancheteError: _handle_known,
}
