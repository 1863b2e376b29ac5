"""Domains of the pipelines; each provides a `Plan` for training."""

from __future__ import annotations

from importlib import import_module

from pipelines.plans.plan import Plan
from script_shared.errors import SettingsError


def load(domain: str) -> Plan:
    """Return the plan of the domain with this name.

    Raises:
        SettingsError: there is no such domain.
    """
    try:
        module = import_module(f"pipelines.domains.{domain}.plan")
    except ModuleNotFoundError as error:
        problem = f"there is no domain {domain!r}"
        raise SettingsError(problem, where="DOMAIN", remedy="set DOMAIN=news") from error
    return module.PLAN
