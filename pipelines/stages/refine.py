"""Parses raw files into typed, validated tables, and merges the collected events into them."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from pipelines.feedback.catalogue_file import (
    CATALOGUE_FILE,
    CatalogueFile,
    catalogue_written_ms,
    read_served_rows,
)
from pipelines.feedback.merge import CollectedEvents, merge_events
from pipelines.feedback.removal import Removal
from pipelines.ingest.bot_detection import drop_bots, find_bots
from pipelines.ingest.sampling import sample_users
from pipelines.plans.plan import Plan, Refinement, Source
from pipelines.replay import is_replayed
from pipelines.settings import BotLimits, RefineOptions
from pipelines.stages.collect import load_collected, open_archive
from pipelines.stages.download import find_source
from script_shared.clock import WallClock
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)

_DEFAULT_OPTIONS = RefineOptions()
#: Entries of the report that may be long; the release's manifest contains them.
_NOT_LOGGED = ("fingerprint", "withdrawn", "expires_ms")


def refine(
    plan: Plan, volume: Volume, run: str, source: str, options: RefineOptions = _DEFAULT_OPTIONS
) -> dict[str, Any]:
    """Write `refined/<run>`: tables, quarantine, suspected bots, catalogue items and a report.

    Args:
        plan: the domain's plan.
        volume: contains `raw/<run>`.
        run: id of the run.
        source: name of the raw format.
        options: which users and items are left out.

    Returns:
        The report.

    Raises:
        InputError: a raw file is unusable as a whole; earlier runs stay as they are.
        NotEnoughDataError: the sample contains no user.
    """
    raw = find_partition(volume.raw, run)
    result = find_source(plan, source).refine(raw)
    catalogue = _compare_catalogue(volume, find_source(plan, source), raw, result)
    result = replace(result, tables=sample_users(result.tables, options.user_share))
    events = load_collected(plan, volume, run)
    if events:
        result = merge_events(plan, result, events, WallClock().now_ms(), catalogue)
    # A user that is an item, too, has as many interactions as others have with it.
    limits = BotLimits(0, 0) if plan.domain.users_are_items else options.bot_limits
    bots = find_bots(result.tables.interactions, limits)
    tables = drop_bots(result.tables, bots)
    removal = Removal.find(catalogue, tables, events, keep=options.removed_items == "keep")
    report = {
        **result.report,
        "withdrawn": sorted({*result.report.get("withdrawn", ()), *removal.dropped}),
        "removed_items": removal.summary(),
        "sample": {
            "share": options.user_share,
            "users": tables.users.height,
            "interactions": tables.interactions.height,
        },
        "suspected_bots": bots.summary(),
        "as_of_ms": result.as_of_ms,
        "warnings": list(result.warnings),
        "fingerprint": _fingerprint_inputs(volume, raw, events),
    }
    with write_partition(volume.refined, run) as folder:
        tables.write(folder)
        result.quarantine.write_parquet(folder / "quarantine.parquet")
        bots.users.write_parquet(folder / "suspected_bots.parquet")
        if catalogue:
            catalogue.rows.write_parquet(folder / CATALOGUE_FILE)
        (folder / "report.json").write_text(json.dumps(report, indent=1))
    set_alias(volume.refined, "latest", run)
    for warning in result.warnings:
        _LOG.warning(warning, run=run)
    _LOG.info("refined", run=run, **{k: v for k, v in report.items() if k not in _NOT_LOGGED})
    if removal.is_partial:
        _LOG.warning("the catalogue file is probably incomplete: no item is removed", **removal.summary())
    return report


def _compare_catalogue(volume: Volume, source: Source, raw: Path, result: Refinement) -> CatalogueFile | None:
    """Compare the catalogue file with that of the champion's run; return None if there is no such file."""
    file_ms = catalogue_written_ms(source, raw)
    if result.catalogue is None or file_ms is None:
        return None
    # When data is replayed, items are reported to the service after the end of the data.
    replayed = is_replayed(result.as_of_ms, WallClock().now_ms())
    written_ms = min(file_ms, result.as_of_ms) if replayed else file_ms
    return CatalogueFile.compare(result.catalogue, read_served_rows(volume), written_ms)


def _fingerprint_inputs(volume: Volume, raw: Path, events: CollectedEvents | None) -> str:
    """Return a digest of the raw files and the collected events."""
    files = fingerprint_folder(raw)
    if events is None:
        return files
    return hashlib.sha256(f"{files} {open_archive(volume).fingerprint(events.until)}".encode()).hexdigest()


def fingerprint_folder(folder: Path) -> str:
    """Return the sha-256 over names and contents of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    with ThreadPoolExecutor() as pool:  # hashlib releases the GIL
        for file, content in zip(files, pool.map(_hash_file, files), strict=True):
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + content)
    return digest.hexdigest()


def _hash_file(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()
