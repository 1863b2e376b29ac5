"""Puts the service together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator

from app import errors
from app.domains import endpoint_of
from app.routes import evaluation, health, recommendations
from app.serving import Follower
from app.settings import ApiSettings
from script_shared.volume import Volume


def create_app(settings: ApiSettings | None = None) -> FastAPI:
    """Make the application; it starts without a release and becomes ready when one appears."""
    chosen = settings or ApiSettings()
    follower = Follower(Volume.of(chosen), endpoint_of(chosen.domain), chosen.release_poll_seconds)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        follower.start()
        yield
        follower.stop()

    app = FastAPI(title="Manchete", version="0.1.0", lifespan=lifespan)
    app.state.follower = follower
    errors.install(app)
    for routes in (recommendations, evaluation, health):
        app.include_router(routes.router)
    Instrumentator(excluded_handlers=["/metrics"]).instrument(app).expose(app, include_in_schema=False)
    return app
