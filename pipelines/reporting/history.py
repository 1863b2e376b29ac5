"""`evaluation_metrics.csv`: one row a run, segment and model, of all runs."""

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
    """Add a run's rows; when the run is there already, its rows are replaced.

    Readers of the file see it before or after, never between; writers wait for each other.

    Args:
        folder: where the file lies, or will.
        run: its name.
        as_of: the end of its data, ISO 8601.
        records: what `summarise` gave.

    Raises:
        PartitionError: the file that stands there cannot be read; it stays as it is.
    """
    rows = [{"run": run, "as_of": as_of, **record} for record in records]
    new = pl.DataFrame(rows, schema_overrides=dict.fromkeys(LIST_METRICS, pl.Float64))
    path = folder / METRICS_FILE
    with lock_folder(folder, "metrics"):
        if path.exists():
            earlier = _read(path, new.schema).filter(pl.col("run") != run)
            new = pl.concat([earlier, new], how="diagonal")
        write_text_atomically(path, new.write_csv())


def _read(path: Path, schema: pl.Schema) -> pl.DataFrame:
    try:
        found = pl.read_csv(path, schema_overrides=schema)
    except pl.exceptions.PolarsError as error:
        raise _unreadable(path, str(error).partition("\n")[0]) from error
    if "run" not in found.columns:
        raise _unreadable(path, "the column 'run' is missing")
    return found


def _unreadable(path: Path, why: str) -> PartitionError:
    what = f"the metrics of earlier runs cannot be read: {why}"
    return PartitionError(what, where=str(path), remedy="repair the file or move it away: a new one is begun")
