"""`POST /predict`: the probability of a hire from an applicant's features, in a fixed format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.dependencies import LoadedReleaseDep, PredictionLoggerDep
from app.domains.recruiting.decisions import (
    DecisionLog,
    DecisionReason,
    decide,
    find_classifier,
    finite_threshold,
)
from app.domains.recruiting.ids import Code
from app.errors import problem, problem_responses
from app.schemas.fields import STRICT
from script_shared.domains.recruiting.hire_features import HIRE_FEATURES
from script_shared.domains.recruiting.tables import APPLICANT, make_id
from script_shared.models.classifier import DecisionClassifier
from script_shared.types import FeatureArray

router = APIRouter(tags=["predictions"])

#: The classifier's name in a release.
PREDICT = "predict"
_MAX_CODE, _MAX_FEATURES, _MAX_VALUE = 2**53, 500, 1e9
_REMEDY = "send each of the features that GET /version lists, and no others"

_Value = Annotated[float, Field(ge=-_MAX_VALUE, le=_MAX_VALUE, allow_inf_nan=False)] | bool | None
_EXAMPLE: dict[str, Any] = {"codigo_profissional": 31001, "features": dict.fromkeys(HIRE_FEATURES, 0)}


class PredictionBody(BaseModel):
    """The features of an applicant, or the code of one whom the release knows.

    All features are required; one that is unknown is null.
    """

    model_config = STRICT | ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    codigo_profissional: Annotated[
        Annotated[int, Field(ge=0, le=_MAX_CODE)] | Code | None,
        Field(description="Whom the features describe; the log stores a pseudonym of it."),
    ] = None
    features: Annotated[dict[str, _Value] | None, Field(max_length=_MAX_FEATURES)] = None
    applicant_id: Annotated[
        Code | None, Field(description="Instead of the features: an applicant of the served release.")
    ] = None

    @model_validator(mode="after")
    def _check_alternatives(self) -> Self:
        if (self.features is None) == (self.applicant_id is None):
            raise ValueError("either features or applicant_id is needed")
        if self.applicant_id is not None and self.codigo_profissional is not None:
            raise ValueError("applicant_id replaces codigo_profissional")
        return self


class PredictionResponse(BaseModel):
    """The probability of a hire, given that the application is decided, and whether the model approves.

    A person decides. `threshold` is null where the model approves nobody: then no threshold keeps the
    precision that the operating mode promises. `reasons` are the features that matter most.
    """

    probabilidade_contratacao: float
    aprovado_pelo_modelo: bool
    threshold: float | None
    operating_mode: str
    codigo_profissional: int | str | None
    reasons: list[DecisionReason]


@router.post(
    "/predict",
    response_model=None,
    responses={200: {"model": PredictionResponse}, **problem_responses(400, 404, 413, 422, 503)},
)
async def predict(
    release: LoadedReleaseDep, logger: PredictionLoggerDep, body: PredictionBody
) -> JSONResponse:
    """Return the probability that an applicant is hired, and what it depends on most."""
    classifier = find_classifier(release, PREDICT)
    code = body.codigo_profissional if body.applicant_id is None else body.applicant_id
    user_id = None if code is None else make_id(APPLICANT, str(code))
    if body.features is None:
        row = classifier.find_features(str(user_id)) if release.engine.is_available(str(user_id)) else None
        if row is None:
            raise HTTPException(404, "the features of this applicant are not known")
    elif errors := _find_faults(classifier, body.features):
        detail = "; ".join(f"{error['field']}: {error['message']}" for error in errors)
        return problem(422, detail, remedy=_REMEDY, errors=errors)
    else:
        row = _to_row(classifier, body.features)
    [decision] = decide(classifier, row[None, :])
    DecisionLog(logger, release, PREDICT, classifier).record(user_id, decision)
    response = {
        "probabilidade_contratacao": decision.probability,
        "aprovado_pelo_modelo": decision.is_approved,
        "threshold": finite_threshold(classifier),
        "operating_mode": classifier.operating_mode,
        "codigo_profissional": code,
        "reasons": decision.reasons,
    }
    return JSONResponse(response, headers={"Cache-Control": "no-store"})


def _find_faults(classifier: DecisionClassifier, features: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the missing and the unknown features."""
    missing = [name for name in classifier.feature_names if name not in features]
    unknown = [name for name in features if name not in classifier.feature_names]
    faults = [(name, "Field required") for name in missing]
    faults += [(name[:100], "the model has no such feature") for name in unknown]
    return [{"field": f"features.{name}", "message": message} for name, message in faults]


def _to_row(classifier: DecisionClassifier, features: Mapping[str, float | None]) -> FeatureArray:
    values = [features[name] for name in classifier.feature_names]
    return np.array([np.nan if value is None else value for value in values], np.float32)
