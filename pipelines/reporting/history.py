"""Appends to `evaluation_metrics.csv`: a row for each run, segment and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from script_shared.errors import PartitionError
from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.releases.lock import lock_folder
from script_shared.storage.partitions import write_text_atomically

METRICS_FILE = "evaluation_metrics.csv"


def append_metrics(folder: Path, run: str, as_of: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Add the rows of a run, or replace them.

    The file is replaced atomically; concurrent writers wait for each other.

    Args:
        folder: the folder of the file.
        run: id of the run.
        as_of: the end of the run's data, ISO 8601.
        records: the result of `summarise`.

    Raises:
        PartitionError: the existing file cannot be read; it stays as it is.
    """
    rows = [{"run": run, "as_of": as_of, **record} for record in records]
    new = pl.DataFrame(rows, schema_overrides=dict.fromkeys(LIST_METRICS, pl.Float64))
    path = folder / METRICS_FILE
    with lock_folder(folder, "metrics"):
        if path.exists():
            earlier = _read_history(path, new.schema).filter(pl.col("run") != run)
            new = pl.concat([earlier, new], how="diagonal")
        write_text_atomically(path, new.write_csv())


def _read_history(path: Path, schema: pl.Schema) -> pl.DataFrame:
    try:
        history = pl.read_csv(path, schema_overrides=schema)
    except pl.exceptions.PolarsError as error:
        raise _unreadable_error(path, str(error).partition("\n")[0]) from error
    if "run" not in history.columns:
        raise _unreadable_error(path, "the column 'run' is missing")
    return history


def _unreadable_error(path: Path, reason: str) -> PartitionError:
    message = f"the metrics of earlier runs cannot be read: {reason}"
    remedy = "repair the file, or move it away to start a new one"
    return PartitionError(message, where=str(path), remedy=remedy)
