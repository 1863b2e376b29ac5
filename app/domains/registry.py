"""The domains that the service supports."""

from __future__ import annotations

from app.domains.base import DomainApi
from app.domains.news.api import NEWS_API
from app.domains.recruiting.api import RECRUITING_API
from script_shared.errors import SettingsError

DOMAIN_APIS = {api.domain.name: api for api in (NEWS_API, RECRUITING_API)}


def find_domain_api(name: str) -> DomainApi:
    """Return the API of a domain by the domain's name.

    Raises:
        SettingsError: no domain has this name.
    """
    if name not in DOMAIN_APIS:
        remedy = f"use one of: {', '.join(DOMAIN_APIS)}"
        raise SettingsError(f"there is no domain {name!r}", where="DOMAIN", remedy=remedy)
    return DOMAIN_APIS[name]
