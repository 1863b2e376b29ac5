"""Turns raw files into typed, checked tables."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from pipelines.bot_detection import find_bots, without
from pipelines.feedback.joining import Told, join
from pipelines.plan import Plan
from pipelines.sampling import sample_readers
from pipelines.settings import BotBounds
from pipelines.stages.collect import archive_of, collected
from pipelines.stages.download import source_of
from script_shared.clock import WallClock
from script_shared.partitions import find_partition, set_alias, write_partition
from script_shared.volume import Volume

_LOG = structlog.get_logger(__name__)

NO_BOUNDS = BotBounds(0, 0)


def refine(
    plan: Plan,
    volume: Volume,
    run: str,
    source: str,
    reader_share: float = 1.0,
    bounds: BotBounds = NO_BOUNDS,
) -> dict[str, Any]:
    """Write `refined/<run>`: three tables, the quarantine, suspected bots and a report; return the report.

    Args:
        plan: the domain's.
        volume: holds `raw/<run>`.
        run: name of the run.
        source: raw format of the files.
        reader_share: the share of readers to go on with, below 1 for a developer's sample.
        bounds: readers beyond them are suspected bots, whose reads are left out.

    Raises:
        InputError: a raw file cannot be used at all; what was refined before stays as it is.
        NotEnoughDataError: no reader is in the sample.
    """
    raw = find_partition(volume.raw, run)
    result = source_of(plan, source).refine(raw)
    result = replace(result, tables=sample_readers(result.tables, reader_share))
    told = collected(volume, run)
    if told:
        result = join(plan, result, told, WallClock().now_ms())
    bots = find_bots(result.tables.interactions, bounds)
    tables = without(result.tables, bots)
    report = {
        **result.report,
        "sample": {
            "share": reader_share,
            "readers": tables.users.height,
            "reads": tables.interactions.height,
        },
        "suspected_bots": bots.summary(),
        "as_of_ms": result.as_of_ms,
        "fingerprint": _fingerprint(volume, raw, told),
    }
    with write_partition(volume.refined, run) as folder:
        tables.write(folder)
        result.quarantine.write_parquet(folder / "quarantine.parquet")
        bots.readers.write_parquet(folder / "suspected_bots.parquet")
        (folder / "report.json").write_text(json.dumps(report, indent=1))
    set_alias(volume.refined, "latest", run)
    _LOG.info("refined", run=run, **{k: v for k, v in report.items() if k != "fingerprint"})
    return report


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
