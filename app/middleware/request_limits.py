"""The middleware between the metrics and the routes: it refuses requests before they cost much."""

from __future__ import annotations

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.middleware.auth import ApiKeys
from app.middleware.body_limit import BodyLimit
from app.middleware.rate_limit import RateLimit, TokenBuckets
from app.settings import ApiSettings

_CORS_METHODS = ("GET", "POST", "DELETE")
_CORS_HEADERS = ("Authorization", "Content-Type", "X-API-Key")
#: Response headers that a page of another site may read.
_CORS_EXPOSED = ("X-Variant", "X-Impression-Id")


def request_limits(settings: ApiSettings, keys: ApiKeys) -> list[Middleware]:
    """Return the middleware that the settings ask for, outermost first."""
    layers = []
    if settings.origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=_CORS_METHODS,
            allow_headers=_CORS_HEADERS,
            expose_headers=_CORS_EXPOSED,
        )
        layers.append(cors)
    rates = (settings.api_rate_per_key, settings.api_rate_per_address)
    if any(rates):
        by_key, by_address = (TokenBuckets(rate, settings.api_burst_seconds) for rate in rates)
        layers.append(Middleware(RateLimit, keys=keys, by_key=by_key, by_address=by_address))
    return [*layers, Middleware(BodyLimit, max_bytes=settings.api_max_body_bytes)]
