"""`POST /match`: whether applicants are right for an opening."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.dependencies import LoadedReleaseDep, PredictionLoggerDep
from app.domains.recruiting.decisions import (
    DecisionLog,
    DecisionReason,
    decide,
    find_classifier,
    finite_threshold,
)
from app.domains.recruiting.explanations import QuotesDep, add_requirements
from app.domains.recruiting.ids import Code
from app.domains.recruiting.schemas.responses import AssessedRequirement
from app.errors import NotReadyError, problem, problem_responses
from app.schemas.fields import STRICT
from app.schemas.query_parameters import MAX_COUNT
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.pairs import Entity, PairClassifier
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.vocabulary import UNKNOWN

router = APIRouter(tags=["predictions"])

#: The classifier's name in a release.
MATCH = "match"


class MatchBody(BaseModel):
    """An opening and applicants, by their codes."""

    model_config = STRICT | {
        "json_schema_extra": {"examples": [{"opening": "5185", "applicants": ["31001", "31002"]}]}
    }

    opening: Code
    applicants: Annotated[list[Code], Field(min_length=1, max_length=MAX_COUNT)]


class Match(BaseModel):
    """An applicant: the probability of a match, and whether the model approves; a person decides.

    `rank` is the place among the applicants of the request, from 1. It compares persons only, while the
    probability also says how often openings like this one hire.
    """

    applicant_id: str
    rank: int
    probability: float
    is_approved: bool
    reasons: list[DecisionReason]
    requirements: list[AssessedRequirement]


class MatchResponse(BaseModel):
    """The applicants in the order sent; `threshold` is null where the model approves nobody."""

    opening_id: str
    release: str
    threshold: float | None
    operating_mode: str
    matches: list[Match]


@router.post(
    "/match",
    response_model=None,
    responses={200: {"model": MatchResponse}, **problem_responses(400, 404, 413, 422, 503)},
)
async def match(
    release: LoadedReleaseDep, logger: PredictionLoggerDep, body: MatchBody, quotes: QuotesDep
) -> JSONResponse:
    """Return the probability that each applicant matches an opening, its reasons, and what is met."""
    classifier = find_classifier(release, MATCH)
    if not isinstance(classifier, PairClassifier):
        raise NotReadyError(f"the classifier {MATCH!r} takes no pairs", remedy="serve another release")
    opening = _find_entity(release, make_id(OPENING, body.opening))
    if opening is None:
        raise HTTPException(404, "this opening is not known")
    found = [_find_entity(release, make_id(APPLICANT, code)) for code in body.applicants]
    unknown = [index for index, applicant in enumerate(found) if applicant is None]
    if unknown:
        return _refuse(unknown)
    applicants = [applicant for applicant in found if applicant is not None]
    features = classifier.build_features(opening, applicants, release.engine.now_ms())
    decisions = decide(classifier, features)
    places = np.argsort(np.argsort(-classifier.rank(features), kind="stable")) + 1
    log = DecisionLog(logger, release, MATCH, classifier)
    for applicant, decision in zip(applicants, decisions, strict=True):
        log.record(applicant.item_id, decision)
    matches: list[dict[str, Any]] = [
        {
            "applicant_id": code,
            "rank": rank,
            "probability": decision.probability,
            "is_approved": decision.is_approved,
            "reasons": decision.reasons,
            "requirements": [],
        }
        for code, rank, decision in zip(body.applicants, places.tolist(), decisions, strict=True)
    ]
    add_requirements(release, opening.item_id, matches, quotes=quotes)
    response = {
        "opening_id": body.opening,
        "release": release.id,
        "threshold": finite_threshold(classifier),
        "operating_mode": classifier.operating_mode,
        "matches": matches,
    }
    return JSONResponse(response, headers={"Cache-Control": "no-store"})


def _refuse(unknown: list[int]) -> JSONResponse:
    """Return the problem that names the unknown applicants by their indices."""
    message = "this applicant is not known"
    errors = [{"field": f"applicants.{index}", "message": message} for index in unknown]
    detail = "; ".join(f"{error['field']}: {message}" for error in errors)
    return problem(422, detail, remedy="leave them out, or report them first", errors=errors)


def _find_entity(release: LoadedRelease, item_id: str) -> Entity | None:
    """Return an entity as the service knows it now; None for one that is unknown or withdrawn."""
    position = release.engine.position(item_id)
    if position == UNKNOWN:
        return None
    partners, times = release.engine.history(item_id)
    columns = release.catalogue.row(position)
    return Entity(item_id, columns, release.engine.find_text(item_id), partners, times)
