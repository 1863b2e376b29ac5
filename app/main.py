"""Puts the service together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from app import __version__, errors
from app.domains import find_domain_api
from app.experiments.assignment import Assignment
from app.experiments.challenger import Challenger
from app.experiments.variants import Variants
from app.metrics import telemetry
from app.metrics.http import HttpMetrics
from app.middleware.auth import ApiKeys
from app.middleware.install import protect
from app.routes import (
    docs,
    evaluation,
    events,
    health,
    info,
    items,
    metrics,
    predict,
    recommendations,
    releases,
    similar,
    trending,
    users,
    web,
)
from app.serving import event_consumer
from app.serving.inference_log import InferenceLogger
from app.serving.release_watcher import LoadOptions, ReleaseWatcher
from app.settings import ApiSettings, load_settings
from script_shared.clock import MS_PER_HOUR, Clock
from script_shared.events.factory import open_log
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume


def create_app(settings: ApiSettings | None = None, clock: Clock | None = None) -> FastAPI:
    """Make the application; it starts without a release and becomes ready when one appears.

    Args:
        settings: read from the environment by default.
        clock: overrides the clock of the release, for tests.

    Raises:
        SettingsError: a setting is malformed, unsafe, or names an unknown domain.
    """
    settings = settings or load_settings()
    endpoint = find_domain_api(settings.domain)
    told = telemetry.Telemetry()
    volume = Volume.from_settings(settings)
    registry = Registry(volume.releases)
    recorder = _recorder(settings, volume, told)
    log = open_log(settings.events_url.get_secret_value(), volume.events)
    tail = event_consumer.EventConsumer(log, told, settings.events_poll_seconds, recorder.forget)
    loading = LoadOptions(clock, settings.release_verify, settings.api_lists_ahead)
    follower = ReleaseWatcher(registry, endpoint, told, tail, loading)
    split, challenger = Assignment(settings.experiment, settings.challenger_share), None
    if split.share:
        told.trial.share = split.share
        challenger = Challenger(follower, endpoint, tail, loading)
    followers = [follower, challenger] if challenger else [follower]
    app = FastAPI(
        title="Manchete",
        version=__version__,
        summary=endpoint.summary,
        lifespan=_following(followers, tail, recorder, settings.release_poll_seconds),
        docs_url=None,
        redoc_url=None,
    )
    app.state.release_watcher, app.state.telemetry, app.state.event_consumer = follower, told, tail
    app.state.challenger, app.state.inference_logger = challenger, recorder
    app.state.variants = Variants(follower, split, challenger)
    app.state.keys = ApiKeys(settings)
    errors.install(app)
    for module in (recommendations, events, items, trending, similar):
        app.include_router(module.make_router(endpoint))
    for router in (evaluation.router, releases.router, health.router, info.router, users.router):
        app.include_router(router)
    for router in (metrics.router, predict.router):
        app.include_router(router)
    app.include_router(web.make_router(endpoint.page))
    app.include_router(docs.make_router(app.title))
    protect(app, settings)
    app.add_middleware(HttpMetrics, registry=told.registry)
    app.openapi = _documented(app)  # type: ignore[method-assign]
    return app


def _recorder(settings: ApiSettings, volume: Volume, told: telemetry.Telemetry) -> InferenceLogger:
    log = open_impressions(settings.events_url.get_secret_value(), volume.events)
    keep_ms = round(settings.inference_log_days * 24 * MS_PER_HOUR)
    names = Pseudonyms(settings.pseudonym_keys)
    return InferenceLogger(log, names, settings.inference_log_sample, keep_ms, told)


def _following(
    followers: Sequence[ReleaseWatcher],
    tail: event_consumer.EventConsumer,
    recorder: InferenceLogger,
    poll_seconds: float,
) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with recorder.run():
            async with tail.run():
                for each in followers:
                    each.start(poll_seconds)
                yield
                for each in followers:
                    # In a thread: a release that is being put in place needs this one.
                    await asyncio.to_thread(each.stop)

    return lifespan


_TOO_MANY = {
    "description": "Too Many Requests",
    "headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
    "content": {errors.PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _documented(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Say in the document what is true of the errors: they are `application/problem+json`."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        operations = [each for path in document["paths"].values() for each in path.values()]
        for each in operations:
            each["responses"].setdefault("429", _TOO_MANY)
        for answer in (a for each in operations for s, a in each["responses"].items() if s >= "4"):
            content = answer.get("content", {})
            if "application/json" in content:
                content[errors.PROBLEM_JSON] = content.pop("application/json")
        return document

    return openapi
