"""What routes ask for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.experiments.variants import Variants
from app.metrics.telemetry import Telemetry
from app.serving.event_consumer import EventConsumer
from app.serving.inference_log import InferenceLogger
from app.serving.loaded_release import LoadedRelease
from app.serving.release_watcher import ReleaseWatcher


async def _follower(request: Request) -> ReleaseWatcher:
    follower: ReleaseWatcher = request.app.state.release_watcher
    return follower


async def _telemetry(request: Request) -> Telemetry:
    telemetry: Telemetry = request.app.state.telemetry
    return telemetry


async def _tail(request: Request) -> EventConsumer:
    tail: EventConsumer = request.app.state.event_consumer
    return tail


async def _variants(request: Request) -> Variants:
    variants: Variants = request.app.state.variants
    return variants


async def _recorder(request: Request) -> InferenceLogger:
    recorder: InferenceLogger = request.app.state.inference_logger
    return recorder


ReleaseWatcherDep = Annotated[ReleaseWatcher, Depends(_follower)]
TelemetryDep = Annotated[Telemetry, Depends(_telemetry)]
EventConsumerDep = Annotated[EventConsumer, Depends(_tail)]
VariantsDep = Annotated[Variants, Depends(_variants)]
InferenceLoggerDep = Annotated[InferenceLogger, Depends(_recorder)]


async def _served(follower: ReleaseWatcherDep) -> LoadedRelease:
    return follower.release


#: The release that is served at the moment of the request; 503 while there is none.
LoadedReleaseDep = Annotated[LoadedRelease, Depends(_served)]
