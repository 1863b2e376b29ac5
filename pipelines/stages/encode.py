"""Turns ids into positions and texts into vectors, once for all the stages that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import structlog

from pipelines.encoding.arrays import read_description, write_bundles, write_head_start
from pipelines.encoding.dataset import columns_of, encode_ids_into
from pipelines.encoding.item_vectors import Description, Rules, describe
from pipelines.encoding.worker_pool import helpers
from pipelines.plan import Plan
from pipelines.stages.artifacts import load_report
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.storage.partitions import find_partition, get_alias, set_alias, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

_LOG = structlog.get_logger(__name__)

#: The state's head start ends so long before `as_of`: two days are replayed to evaluate and to fit.
HEAD_START_MS = 72 * MS_PER_HOUR
CATALOGUE = "catalogue.parquet"
_SHOWN = ("item_id", "title", "url", "published_at", "category", "region")


def encode(plan: Plan, volume: Volume, run: str) -> dict[str, Any]:
    """Write `encoded/<run>`: arrays, vectors, a head start of the state, and what is shown of each item.

    The vectors of texts that the newest run described are taken over.
    """
    place = find_partition(volume.refined, run)
    as_of_ms, earlier = int(load_report(volume, run)["as_of_ms"]), _earlier(volume)
    with write_partition(volume.encoded, run) as folder:
        tables = Tables.read(place, columns_of(plan))
        dataset, parameters = encode_ids_into(folder, plan, tables, as_of_ms)
        with helpers(1) as pool:
            head = pool.submit(
                write_head_start, folder, as_of_ms - HEAD_START_MS, plan.domain.state(parameters)
            )
            description = describe(dataset, tables.items, Rules.of(plan.domain, parameters), earlier)
            _show(folder, dataset, tables.items)
            head.result()
        write_bundles(folder, description.bundles())
    set_alias(volume.encoded, "latest", run)
    report = _report(description, earlier)
    _LOG.info("encoded", run=run, **report)
    return report


def _show(folder: Path, dataset: Dataset, items: pl.DataFrame) -> None:
    """Write what is shown of each item, in the order of their positions."""
    shown = items.select(name for name in _SHOWN if name in items.columns)
    ordered = pl.DataFrame({"item_id": list(dataset.items)})
    ordered.join(shown, on="item_id", how="left", maintain_order="left").write_parquet(folder / CATALOGUE)


def _earlier(volume: Volume) -> Description | None:
    newest = get_alias(volume.encoded, "latest")
    return read_description(volume.encoded / newest) if newest else None


def _report(description: Description, earlier: Description | None) -> dict[str, Any]:
    kept = earlier is not None and earlier.fitted_ms == description.fitted_ms
    known = np.isin(description.texts, earlier.texts).sum() if earlier and kept else 0
    return {"texts": len(description.texts), "taken_over": int(known)}
