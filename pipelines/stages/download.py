"""Copies the raw files of a source to the volume."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.download import fetch_uri
from pipelines.plans.plan import Plan, Source
from script_shared.errors import SettingsError
from script_shared.storage.partitions import set_alias, write_partition
from script_shared.storage.volume import Volume

MAX_SCALE = 20


def download(plan: Plan, volume: Volume, run: str, source: str, uri: str, scale: float) -> Path:
    """Write the raw files to `raw/<run>`; an interrupted download writes nothing there.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
        source: name of the raw format.
        uri: a folder, a file, `file://`, `https://` or `gdrive:<id>`, optionally with `#sha256=…`.
        scale: size of generated data.

    Returns:
        The folder of the raw files.

    Raises:
        SettingsError: the domain has no such source, or the scale is out of range.
        InputError: the files are unusable.
        DownloadError: the files cannot be fetched now.
        VolumeFullError: the disk is full.
    """
    chosen = find_source(plan, source)
    require_scale(scale)
    with fetch_uri(uri, volume.downloads) as local_uri, write_partition(volume.raw, run) as folder:
        chosen.acquire(local_uri, scale, folder)
    set_alias(volume.raw, "latest", run)
    return volume.raw / run


def find_source(plan: Plan, name: str) -> Source:
    """Return a source of the domain by its name; the one that generates data for an empty name.

    Raises:
        SettingsError: the domain has no such source.
    """
    name = name or plan.generated_source
    if name not in plan.sources:
        names = ", ".join(sorted(plan.sources))
        raise SettingsError(f"there is no source {name!r}", where="source", remedy=f"use one of {names}")
    return plan.sources[name]


def require_scale(scale: float) -> None:
    """Check the size of generated data.

    Raises:
        SettingsError: the scale is not above 0 and at most `MAX_SCALE`.
    """
    if not 0 < scale <= MAX_SCALE:
        problem = f"{scale} is not above 0 and at most {MAX_SCALE}"
        remedy = "give 0.01 for a try, 1 for the size of the published data"
        raise SettingsError(problem, where="scale", remedy=remedy)
