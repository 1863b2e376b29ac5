"""`GET /version`: the running code, and the hire classifier that it serves."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.dependencies import ReleaseWatcherDep
from app.domains.recruiting.decisions import finite_threshold
from app.domains.recruiting.routes.prediction import PREDICT
from app.schemas.version import Version, describe_version
from script_shared.models.classifier import DecisionClassifier

router = APIRouter(tags=["health"])


class ModelVersion(Version):
    """The version of the code, and the served classifier of `POST /predict`; null while there is none.

    `feature_columns` are in the order of the model. `threshold` is also null where the model approves nobody.
    """

    operating_mode: str | None = None
    threshold: float | None = None
    feature_columns: list[str] | None = None
    metadata: dict[str, Any] | None = None
    artifact_path: str | None = None


@router.get("/version")
async def version(release_watcher: ReleaseWatcherDep) -> ModelVersion:
    """Return the version of the code and of the hire classifier."""
    release = release_watcher.release_or_none
    classifier = release.classifiers.get(PREDICT) if release else None
    fields: dict[str, Any] = {}
    if release and isinstance(classifier, DecisionClassifier):
        fields = {
            "operating_mode": classifier.operating_mode,
            "threshold": finite_threshold(classifier),
            "feature_columns": list(classifier.feature_names),
            "metadata": dict(classifier.description),
            "artifact_path": f"releases/{release.id}/models/{PREDICT}",
        }
    return ModelVersion(**describe_version(), **fields)
