"""Turns raw files into typed, checked tables."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from pipelines.feedback.catalogue_file import FILE, CatalogueFile, served_rows, written_ms
from pipelines.feedback.merge import Told, join
from pipelines.feedback.removal import Removal
from pipelines.ingest.bot_detection import find_bots, without
from pipelines.ingest.sampling import sample_readers
from pipelines.plan import Plan, Refinement, Source
from pipelines.replay import is_replayed
from pipelines.settings import RefineOptions
from pipelines.stages.collect import archive_of, collected
from pipelines.stages.download import source_of
from script_shared.clock import WallClock
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)

_PLAIN = RefineOptions()
#: They stand in the release's manifest, and may be many.
_NOT_LOGGED = ("fingerprint", "withdrawn", "expires_ms")


def refine(
    plan: Plan, volume: Volume, run: str, source: str, options: RefineOptions = _PLAIN
) -> dict[str, Any]:
    """Write `refined/<run>`: tables, quarantine, suspected bots, known items and a report; return the report.

    Args:
        plan: the domain's.
        volume: holds `raw/<run>`.
        run: name of the run.
        source: raw format of the files.
        options: which readers and items are left out.

    Raises:
        InputError: a raw file cannot be used at all; what was refined before stays as it is.
        NotEnoughDataError: no reader is in the sample.
    """
    raw = find_partition(volume.raw, run)
    result = source_of(plan, source).refine(raw)
    catalogue = _catalogue(volume, source_of(plan, source), raw, result)
    result = replace(result, tables=sample_readers(result.tables, options.reader_share))
    told = collected(volume, run)
    if told:
        result = join(plan, result, told, WallClock().now_ms(), catalogue)
    bots = find_bots(result.tables.interactions, options.bot_bounds)
    tables = without(result.tables, bots)
    removal = Removal.of(catalogue, tables, told, keep=options.removed_items == "keep")
    report = {
        **result.report,
        "withdrawn": sorted({*result.report.get("withdrawn", ()), *removal.dropped}),
        "removed_items": removal.summary(),
        "sample": {
            "share": options.reader_share,
            "users": tables.users.height,
            "interactions": tables.interactions.height,
        },
        "suspected_bots": bots.summary(),
        "as_of_ms": result.as_of_ms,
        "warnings": list(result.warnings),
        "fingerprint": _fingerprint(volume, raw, told),
    }
    with write_partition(volume.refined, run) as folder:
        tables.write(folder)
        result.quarantine.write_parquet(folder / "quarantine.parquet")
        bots.users.write_parquet(folder / "suspected_bots.parquet")
        if catalogue:
            catalogue.rows.write_parquet(folder / FILE)
        (folder / "report.json").write_text(json.dumps(report, indent=1))
    set_alias(volume.refined, "latest", run)
    for warning in result.warnings:
        _LOG.warning(warning, run=run)
    _LOG.info("refined", run=run, **{k: v for k, v in report.items() if k not in _NOT_LOGGED})
    if removal.is_partial:
        _LOG.warning("the catalogue file names too few items: none is removed", **removal.summary())
    return report


def _catalogue(volume: Volume, source: Source, raw: Path, result: Refinement) -> CatalogueFile | None:
    """Compare the catalogue file with the one of the served release; None where there is none."""
    written = written_ms(source, raw)
    if result.catalogue is None or written is None:
        return None
    # In a replayed world, what is reported to the service happens after the end of the data.
    replayed = is_replayed(result.as_of_ms, WallClock().now_ms())
    moment = min(written, result.as_of_ms) if replayed else written
    return CatalogueFile.of(result.catalogue, served_rows(volume), moment)


def _fingerprint(volume: Volume, raw: Path, told: Told | None) -> str:
    """Identify what went in: the source's files, and what was taken from the log."""
    of_files = fingerprint(raw)
    if told is None:
        return of_files
    return hashlib.sha256(f"{of_files} {archive_of(volume).fingerprint(told.until)}".encode()).hexdigest()


def fingerprint(folder: Path) -> str:
    """Return the sha-256 over names and contents of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = hashlib.sha256()
    with ThreadPoolExecutor() as pool:  # hashing lets go of the interpreter
        for file, content in zip(files, pool.map(_hash, files), strict=True):
            digest.update(str(file.relative_to(folder)).encode() + b"\0" + content)
    return digest.hexdigest()


def _hash(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()
