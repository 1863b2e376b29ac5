"""Brings a source's raw files onto the volume."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.download import fetched
from pipelines.plan import Plan, Source
from script_shared.errors import SettingsError
from script_shared.storage.partitions import set_alias, write_partition
from script_shared.storage.volume import Volume

LARGEST_SCALE = 10


def download(plan: Plan, volume: Volume, run: str, source: str, uri: str, scale: float) -> Path:
    """Fill `raw/<run>` from `uri`; an interrupted download leaves nothing there.

    Args:
        plan: the domain's.
        volume: where the run lies.
        run: its name.
        source: raw format of the files.
        uri: a folder, a file, `file://`, `https://` or `gdrive:<id>`; `#sha256=…` may follow.
        scale: size of generated data.

    Raises:
        SettingsError: the domain has no such source, or the scale is out of range.
        InputError: the files cannot be used.
        DownloadError: they could not be fetched now.
        VolumeFullError: there is no room for them.
    """
    chosen = source_of(plan, source)
    require_scale(scale)
    with fetched(uri, volume.downloads) as place, write_partition(volume.raw, run) as folder:
        chosen.acquire(place, scale, folder)
    set_alias(volume.raw, "latest", run)
    return volume.raw / run


def source_of(plan: Plan, name: str) -> Source:
    """Return a source by its name."""
    if name not in plan.sources:
        names = ", ".join(sorted(plan.sources))
        raise SettingsError(f"there is no source {name!r}", where="source", remedy=f"use one of {names}")
    return plan.sources[name]


def require_scale(scale: float) -> None:
    """Make sure that generated data can have a size.

    Raises:
        SettingsError: the scale is not above 0 and at most 10.
    """
    if not 0 < scale <= LARGEST_SCALE:
        raise SettingsError(
            f"{scale} is not above 0 and at most {LARGEST_SCALE}",
            where="scale",
            remedy="give 0.01 for a try, 1 for the size of the published data",
        )
