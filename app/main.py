"""The application: its parts, routes, error responses, middleware and fast path."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware

from app import __version__, errors, openapi
from app.domains.base import DomainApi
from app.domains.registry import find_domain_api
from app.fast_path.middleware import PATH, FastPath
from app.fast_path.parsed_query_cache import ParsedQueryCache
from app.fast_path.query_parser import QueryParser
from app.middleware.request_limits import request_limits
from app.middleware.security_headers import SecurityHeaders
from app.routes import (
    docs,
    evaluation,
    events,
    health,
    info,
    items,
    metrics,
    recommendations,
    releases,
    similar,
    trending,
    users,
    version,
    web,
)
from app.services import Services
from app.settings import ApiSettings
from script_shared.clock import Clock


def create_app(
    settings: ApiSettings | None = None, clock: Clock | None = None, domain_api: DomainApi | None = None
) -> FastAPI:
    """Create the application; it starts without a release and becomes ready when one appears.

    Args:
        settings: settings of the service; by default those of the environment.
        clock: overrides the clock of the release, for tests.
        domain_api: the domain to serve; by default the one that the settings name.

    Raises:
        SettingsError: a setting is malformed, unsafe, or names an unknown domain.
    """
    settings = settings or ApiSettings.read()
    services = Services.create(settings, domain_api or find_domain_api(settings.domain), clock)

    def lifespan(_: FastAPI) -> AbstractAsyncContextManager[None]:
        return services.run(settings.release_poll_seconds)

    app = FastAPI(
        title="Manchete",
        version=__version__,
        summary=services.domain_api.summary,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=openapi.make_operation_id,
    )
    services.add_to(app)
    errors.install(app)
    _add_routes(app, services)
    _add_middleware(app, settings, services)
    openapi.install(app, services.domain_api.examples)
    return app


def __getattr__(name: str) -> Any:
    """Create `app` when `uvicorn app.main:app` asks for it; importing this module creates nothing."""
    if name != "app":
        raise AttributeError(name)
    return globals().setdefault("app", create_app())


def _add_routes(app: FastAPI, services: Services) -> None:
    domain_api = services.domain_api
    # A request is compared with the routes in order: those of the domain are the busiest.
    for router in domain_api.routers:
        app.include_router(router)
    for module in (recommendations, events, items, trending, similar):
        app.include_router(module.make_router(domain_api))
    modules = (evaluation, releases, health, info, users, metrics)
    version_router = domain_api.version_router or version.router
    for router in (*(module.router for module in modules), version_router):
        app.include_router(router)
    app.include_router(web.make_router(domain_api.page))
    app.include_router(docs.make_router(app.title))
    app.mount(docs.ASSETS_PATH, docs.make_assets())


def _add_middleware(app: FastAPI, settings: ApiSettings, services: Services) -> None:
    """Surround the routes with middleware; what is added last receives a request first."""
    limits = request_limits(settings, services.keys)
    app.user_middleware = list(limits)
    services.telemetry.http.instrument(app)
    if settings.api_fast_path:
        app.add_middleware(
            FastPath,
            queries=ParsedQueryCache(QueryParser(services.domain_api)),
            respond=recommendations.respond,
            middleware=[*limits, Middleware(ExceptionMiddleware, handlers=errors.HANDLERS)],
            record=services.telemetry.http.recorder("GET", PATH),
        )
    # Around everything else: the response to an unexpected error needs the headers too.
    app.middleware_stack = SecurityHeaders(app.build_middleware_stack())
