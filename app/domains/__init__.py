"""The domains that can be served."""

from __future__ import annotations

from script_shared.domain import Domain
from script_shared.domains.news.domain import NEWS
from script_shared.errors import SettingsError

_DOMAINS = {NEWS.name: NEWS}


def endpoint_of(name: str) -> Domain:
    """Return a domain by its name.

    Raises:
        SettingsError: there is no such domain.
    """
    if name not in _DOMAINS:
        raise SettingsError(f"there is no domain {name!r}", remedy=f"use one of {', '.join(_DOMAINS)}")
    return _DOMAINS[name]
