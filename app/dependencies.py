"""FastAPI dependencies: the parts of the service that routes use."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.experiments.variants import Variants
from app.metrics.telemetry import Telemetry
from app.serving.event_consumer import EventConsumer
from app.serving.inference_log import InferenceLogger
from app.serving.loaded_release import LoadedRelease
from app.serving.release_watcher import ReleaseWatcher


async def _release_watcher(request: Request) -> ReleaseWatcher:
    release_watcher: ReleaseWatcher = request.app.state.release_watcher
    return release_watcher


async def _telemetry(request: Request) -> Telemetry:
    telemetry: Telemetry = request.app.state.telemetry
    return telemetry


async def _event_consumer(request: Request) -> EventConsumer:
    event_consumer: EventConsumer = request.app.state.event_consumer
    return event_consumer


async def _variants(request: Request) -> Variants:
    variants: Variants = request.app.state.variants
    return variants


async def _inference_logger(request: Request) -> InferenceLogger:
    inference_logger: InferenceLogger = request.app.state.inference_logger
    return inference_logger


ReleaseWatcherDep = Annotated[ReleaseWatcher, Depends(_release_watcher)]
TelemetryDep = Annotated[Telemetry, Depends(_telemetry)]
EventConsumerDep = Annotated[EventConsumer, Depends(_event_consumer)]
VariantsDep = Annotated[Variants, Depends(_variants)]
InferenceLoggerDep = Annotated[InferenceLogger, Depends(_inference_logger)]


async def _loaded_release(release_watcher: ReleaseWatcherDep) -> LoadedRelease:
    return release_watcher.release


#: The release that is served at the moment of the request; 503 while there is none.
LoadedReleaseDep = Annotated[LoadedRelease, Depends(_loaded_release)]
