"""Brings a source's raw files onto the volume."""

from __future__ import annotations

from pathlib import Path

from pipelines.plan import Plan, Source
from script_shared.errors import SettingsError
from script_shared.partitions import set_alias, write_partition
from script_shared.volume import Volume


def download(plan: Plan, volume: Volume, run: str, source: str, uri: str, scale: float) -> Path:
    """Fill `raw/<run>` from `uri`; an interrupted download leaves nothing there.

    Raises:
        SettingsError: the domain has no such source.
        InputError: the files cannot be used.
    """
    chosen = source_of(plan, source)
    with write_partition(volume.raw, run) as folder:
        chosen.acquire(uri, scale, folder)
    set_alias(volume.raw, "latest", run)
    return volume.raw / run


def source_of(plan: Plan, name: str) -> Source:
    """Return a source by its name."""
    if name not in plan.sources:
        names = ", ".join(sorted(plan.sources))
        raise SettingsError(f"there is no source {name!r}", remedy=f"use one of {names}")
    return plan.sources[name]
