"""What is served, and what it was made of."""

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
    """The model of a segment, the features that it weighs, and on how many lists they were weighed."""

    model: str
    features: list[str]
    fitted_on: int


class Experiment(BaseModel):
    """Whom the challenger answers: `serving` is its release, null while none answers; `refused` says why."""

    name: str
    challenger_share: float
    serving: str | None
    refused: str | None


class Info(BaseModel):
    """The release that is served: where it came from, what its data covers, and who else there is."""

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
def info(served: LoadedReleaseDep, follower: ReleaseWatcherDep, variants: VariantsDep) -> Info:
    """Say what is served: release, data window, features by segment, champion and challenger."""
    manifest = served.release.manifest
    segments = {
        name: ServedSegment(
            model=told["model"], features=list(told.get("weights", ())), fitted_on=told.get("fitted_on", 0)
        )
        for name, told in manifest.segments.items()
    }
    return Info(
        version=__version__,
        release=manifest.release_id,
        run=manifest.run,
        created_at=manifest.created_at,
        data_from_ms=served.data_from_ms,
        as_of_ms=manifest.as_of_ms,
        replay=manifest.replay,
        data_fingerprint=manifest.data_fingerprint,
        items=len(served.catalogue),
        segments=segments,
        champion=follower.registry.find(),
        challenger=follower.registry.find(CHALLENGER),
        experiment=_experiment(variants),
    )


def _experiment(variants: Variants) -> Experiment:
    challenger, split = variants.challenger, variants.split
    return Experiment(
        name=split.experiment,
        challenger_share=split.share,
        serving=challenger.release.id if challenger else None,
        refused=variants.refusal,
    )
