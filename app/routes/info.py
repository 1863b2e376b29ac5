"""Information about the served release and the experiment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app import __version__
from app.dependencies import LoadedReleaseDep, ReleaseWatcherDep, VariantsDep
from app.errors import problem_responses
from app.experiments.variants import Variants
from script_shared.releases.state import CHALLENGER

router = APIRouter(tags=["health"])


class ServedSegment(BaseModel):
    """The model of a segment, its features, and the number of lists that their weights were fitted on."""

    model: str
    features: list[str]
    fitted_on: int


class Experiment(BaseModel):
    """The experiment: `serving` is the challenger's release, null while there is none; `refused` says why."""

    name: str
    challenger_share: float
    serving: str | None
    refused: str | None


class Info(BaseModel):
    """The served release: its run, the period of its data, its segments, and the experiment."""

    version: str
    release: str
    run: str
    created_at: datetime
    data_from_ms: int | None
    as_of_ms: int
    replay: bool
    data_fingerprint: str
    items: int
    segments: dict[str, ServedSegment]
    champion: str | None
    challenger: str | None
    experiment: Experiment


# Not async: it reads the volume, and other requests must not wait for that.
@router.get("/info", responses=problem_responses(503))
def info(release: LoadedReleaseDep, release_watcher: ReleaseWatcherDep, variants: VariantsDep) -> Info:
    """Describe the served release: data window, features by segment, champion and challenger."""
    manifest = release.manifest
    facts = manifest.model_dump(include={"run", "created_at", "as_of_ms", "replay", "data_fingerprint"})
    return Info(
        version=__version__,
        release=manifest.release_id,
        data_from_ms=release.data_from_ms,
        items=len(release.catalogue),
        segments={name: _describe_segment(segment) for name, segment in manifest.segments.items()},
        champion=release_watcher.registry.find(),
        challenger=release_watcher.registry.find(CHALLENGER),
        experiment=_describe_experiment(variants),
        **facts,
    )


def _describe_segment(segment: Mapping[str, Any]) -> ServedSegment:
    features, fitted_on = list(segment.get("weights", ())), segment.get("fitted_on", 0)
    return ServedSegment(model=segment["model"], features=features, fitted_on=fitted_on)


def _describe_experiment(variants: Variants) -> Experiment:
    challenger, assignment = variants.challenger, variants.assignment
    return Experiment(
        name=assignment.experiment,
        challenger_share=assignment.share,
        serving=challenger.id if challenger else None,
        refused=variants.challenger_fault,
    )
