"""FastAPI dependencies: the parts of the service that routes use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from app.experiments.variants import Variants
from app.metrics.telemetry import Telemetry
from app.serving.erasure import Eraser
from app.serving.event_consumer import EventConsumer
from app.serving.inference_log import InferenceLogger
from app.serving.loaded_release import LoadedRelease
from app.serving.prediction_log import PredictionLogger
from app.serving.release_watcher import ReleaseWatcher


def _part(name: str) -> Any:
    """Return the dependency on a part of the service, by its name in `app.state`."""

    async def find(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(find)


ReleaseWatcherDep = Annotated[ReleaseWatcher, _part("release_watcher")]
TelemetryDep = Annotated[Telemetry, _part("telemetry")]
EventConsumerDep = Annotated[EventConsumer, _part("event_consumer")]
VariantsDep = Annotated[Variants, _part("variants")]
PredictionLoggerDep = Annotated[PredictionLogger, _part("prediction_logger")]
EraserDep = Annotated[Eraser, _part("eraser")]
InferenceLoggerDep = Annotated[InferenceLogger, _part("inference_logger")]


async def _loaded_release(release_watcher: ReleaseWatcherDep) -> LoadedRelease:
    return release_watcher.release


#: The release that is served at the moment of the request; 503 while there is none.
LoadedReleaseDep = Annotated[LoadedRelease, Depends(_loaded_release)]
