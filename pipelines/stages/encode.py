"""Encodes ids as integers and texts as vectors, once for all later stages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import structlog

from pipelines.encoding.arrays import read_text_vectors, write_bundles, write_state_snapshot
from pipelines.encoding.dataset import encode_ids, required_columns
from pipelines.encoding.item_vectors import TextRules, TextVectors, vectorize_items
from pipelines.encoding.worker_pool import create_worker_pool
from pipelines.plans.plan import Plan
from pipelines.stages.artifacts import load_refine_report
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.storage.partitions import find_partition, get_alias, set_alias, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

_LOG = structlog.get_logger(__name__)

#: The state snapshot is taken this long before `as_of`: evaluation and training replay the last two days.
SNAPSHOT_AGE_MS = 72 * MS_PER_HOUR
CATALOGUE_FILE = "catalogue.parquet"


def encode(plan: Plan, volume: Volume, run: str) -> dict[str, Any]:
    """Write `encoded/<run>`: arrays, text vectors, a state snapshot, and the displayed fields of each item.

    The vectors of texts that the previous run encoded are reused.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.

    Returns:
        The number of texts, and of those whose vectors were reused.
    """
    refined = find_partition(volume.refined, run)
    as_of_ms, earlier = int(load_refine_report(volume, run)["as_of_ms"]), _load_earlier_vectors(volume)
    with write_partition(volume.encoded, run) as folder:
        tables = Tables.read(refined, required_columns(plan))
        dataset, parameters = encode_ids(folder, plan, tables, as_of_ms)
        with create_worker_pool(1) as pool:
            snapshot_ms, state = as_of_ms - SNAPSHOT_AGE_MS, plan.domain.state(parameters)
            snapshot = pool.submit(write_state_snapshot, folder, snapshot_ms, state)
            rules = TextRules.for_domain(plan.domain, parameters)
            vectors = vectorize_items(dataset, tables.items, rules, earlier)
            _write_catalogue(folder, dataset, tables.items, plan.domain.displayed)
            snapshot.result()
        write_bundles(folder, vectors.to_bundles())
    set_alias(volume.encoded, "latest", run)
    report = _count_texts(vectors, earlier)
    _LOG.info("encoded", run=run, **report)
    return report


def _write_catalogue(folder: Path, dataset: Dataset, items: pl.DataFrame, columns: Sequence[str]) -> None:
    """Write the displayed columns of each item, in the order of the item codes."""
    displayed = items.select("item_id", *(name for name in columns if name in items.columns))
    ids = pl.DataFrame({"item_id": list(dataset.items)})
    catalogue = ids.join(displayed, on="item_id", how="left", maintain_order="left")
    catalogue.write_parquet(folder / CATALOGUE_FILE)


def _load_earlier_vectors(volume: Volume) -> TextVectors | None:
    newest = get_alias(volume.encoded, "latest")
    return read_text_vectors(volume.encoded / newest) if newest else None


def _count_texts(vectors: TextVectors, earlier: TextVectors | None) -> dict[str, Any]:
    is_reused = earlier is not None and earlier.fitted_ms == vectors.fitted_ms
    reused = np.isin(vectors.texts, earlier.texts).sum() if earlier and is_reused else 0
    return {"texts": len(vectors.texts), "reused": int(reused)}
