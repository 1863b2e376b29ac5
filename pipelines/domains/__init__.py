"""What training needs to know of each domain."""

from __future__ import annotations

from importlib import import_module

from pipelines.plan import Plan
from script_shared.errors import SettingsError


def load(domain: str) -> Plan:
    """Return the plan of a domain by its name.

    Raises:
        SettingsError: there is no such domain.
    """
    try:
        module = import_module(f"pipelines.domains.{domain}.plan")
    except ModuleNotFoundError as error:
        what = f"there is no domain {domain!r}"
        raise SettingsError(what, where="DOMAIN", remedy="set DOMAIN=news") from error
    plan: Plan = module.PLAN
    return plan
