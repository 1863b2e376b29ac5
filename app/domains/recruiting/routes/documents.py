"""`GET /model-card` and `GET /audit`: what people read about the served release."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from app.dependencies import LoadedReleaseDep
from app.errors import problem_responses
from app.middleware.content_security_policy import PAGE_HEADERS, hashes, policy
from app.serving.loaded_release import LoadedRelease

router = APIRouter(tags=["evaluation"], responses=problem_responses(404, 503))

_JSON, _HTML = "application/json", "text/html"
_Responses = dict[int | str, dict[str, Any]]
_AUDIT: _Responses = {200: {"description": "The audit.", "content": {_JSON: {}}}}
_CARD: _Responses = {200: {"description": "The model card.", "content": {_JSON: {}, _HTML: {}}}}


@router.get("/model-card", response_model=None, responses=_CARD)
async def show_model_card(release: LoadedReleaseDep, request: Request) -> Response:
    """Return the model card of the served release as JSON, or as a page where `text/html` is accepted.

    It says what the models are for and not for, what each probability means, what is read and never read, how
    good and how fair the models are, their limits, and who is to be asked.
    """
    if _HTML not in request.headers.get("accept", ""):
        return _respond(release, "model_card.json", _JSON, {})
    page = _find(release, "model_card.html").decode()
    headers = {"Content-Security-Policy": policy(style=hashes(page, "style"))}
    return _respond(release, "model_card.html", _HTML, PAGE_HEADERS | headers)


@router.get("/audit", response_model=None, responses=_AUDIT)
async def show_audit(release: LoadedReleaseDep) -> Response:
    """Return the impact audit of the served release: selection rates and ratios by sex, disability, state."""
    return _respond(release, "audit.json", _JSON, {})


def _respond(release: LoadedRelease, name: str, media_type: str, headers: dict[str, str]) -> Response:
    fixed = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    return Response(_find(release, name), headers=headers | fixed, media_type=media_type)


def _find(release: LoadedRelease, name: str) -> bytes:
    if name not in release.documents:
        raise HTTPException(404, f"the served release has no {name}")
    return release.documents[name]
