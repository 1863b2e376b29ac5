"""The domains that can be served."""

from __future__ import annotations

from app.domains.base import DomainApi
from app.domains.news import NEWS_ENDPOINT
from script_shared.errors import SettingsError

ENDPOINTS = {endpoint.domain.name: endpoint for endpoint in (NEWS_ENDPOINT,)}


def endpoint_of(domain: str) -> DomainApi:
    """Return what serves a domain, by its name.

    Raises:
        SettingsError: there is no such domain.
    """
    if domain not in ENDPOINTS:
        remedy = f"use one of: {', '.join(ENDPOINTS)}"
        raise SettingsError(f"there is no domain {domain!r}", where="DOMAIN", remedy=remedy)
    return ENDPOINTS[domain]
