"""Puts around the application what keeps harm from it and from who asks."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app.middleware.body_limit import BodyLimit
from app.middleware.rate_limit import EventRates, RateLimit, TokenBuckets
from app.middleware.security_headers import SecurityHeaders
from app.settings import ApiSettings

_CORS_HEADERS = ("Authorization", "Content-Type", "X-API-Key")
#: Those of an answer that a page may read.
_CORS_EXPOSED = ("X-Variant", "X-Impression-Id")


def protect(app: FastAPI, settings: ApiSettings) -> None:
    """Add what the settings ask for; what is added last sees a request first."""
    app.add_middleware(BodyLimit, max_bytes=settings.api_max_body_bytes)
    of_events = TokenBuckets(settings.api_events_per_key, settings.api_burst_seconds)
    app.state.event_rates = EventRates(app.state.keys, of_events)
    rates = (settings.api_rate_per_key, settings.api_rate_per_address)
    if any(rates):
        by_key, by_address = (TokenBuckets(rate, settings.api_burst_seconds) for rate in rates)
        app.add_middleware(RateLimit, keys=app.state.keys, by_key=by_key, by_address=by_address)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=_CORS_HEADERS,
            expose_headers=_CORS_EXPOSED,
        )
    app.add_middleware(SecurityHeaders)
