"""Information about the served release and the experiment."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from app import __version__
from app.dependencies import LoadedReleaseDep, ReleaseWatcherDep, VariantsDep
from app.errors import Problem
from app.experiments.variants import Variants
from script_shared.releases.registry import CHALLENGER

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
@router.get("/info", responses={503: {"model": Problem}})
def info(release: LoadedReleaseDep, release_watcher: ReleaseWatcherDep, variants: VariantsDep) -> Info:
    """Describe the served release: data window, features by segment, champion and challenger."""
    manifest = release.manifest
    segments = {
        name: ServedSegment(
            model=segment["model"],
            features=list(segment.get("weights", ())),
            fitted_on=segment.get("fitted_on", 0),
        )
        for name, segment in manifest.segments.items()
    }
    return Info(
        version=__version__,
        release=manifest.release_id,
        run=manifest.run,
        created_at=manifest.created_at,
        data_from_ms=release.data_from_ms,
        as_of_ms=manifest.as_of_ms,
        replay=manifest.replay,
        data_fingerprint=manifest.data_fingerprint,
        items=len(release.catalogue),
        segments=segments,
        champion=release_watcher.registry.find(),
        challenger=release_watcher.registry.find(CHALLENGER),
        experiment=_describe_experiment(variants),
    )


def _describe_experiment(variants: Variants) -> Experiment:
    challenger, assignment = variants.challenger, variants.assignment
    return Experiment(
        name=assignment.experiment,
        challenger_share=assignment.share,
        serving=challenger.id if challenger else None,
        refused=variants.challenger_fault,
    )
