"""Protocol P1: at each cut-off, fit on what came before and recommend ten articles for the hour after."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipelines.plan import Plan
from pipelines.stages.download import source_of
from pipelines.stages.evaluate import score_hour
from pipelines.stages.report import summarise
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, encode
from script_shared.domain import Parameters

#: Hours of Globo.com's clicks count from 2017-10-01 03:00 UTC.
EPOCH_MS = 1_506_826_800_000
CUTOFFS = (58, 108, 158, 208, 258, 300)

_SHARED: dict[str, Any] = {}


def next_hour(
    plan: Plan, source: str, uri: str, out: Path, cutoffs: Sequence[int] = CUTOFFS
) -> list[dict[str, Any]]:
    """Run the protocol; write `scores.parquet` and `predictions.parquet` into `out`.

    Args:
        plan: the domain's.
        source: raw format.
        uri: folder of the raw files.
        out: made where missing.
        cutoffs: hours after `EPOCH_MS`.

    Returns:
        A record a segment and model, as `pipelines.stages.report.summarise` makes them.
    """
    dataset, parameters = _load(plan, source, uri)
    # Forked workers share the data set instead of getting copies; they use no threads of polars'.
    _SHARED.update(domain=plan.domain, parameters=parameters, dataset=dataset)
    with ProcessPoolExecutor(min(len(cutoffs), os.cpu_count() or 1), mp_context=get_context("fork")) as pool:
        found = list(pool.map(_cutoff, cutoffs))
    scores, predictions = (pl.concat(part) for part in zip(*found, strict=True))
    out.mkdir(parents=True, exist_ok=True)
    scores.write_parquet(out / "scores.parquet")
    predictions.write_parquet(out / "predictions.parquet")
    return summarise(scores)


def _load(plan: Plan, source: str, uri: str) -> tuple[Dataset, Parameters]:
    chosen = source_of(plan, source)
    with TemporaryDirectory() as folder:
        chosen.acquire(uri, 1.0, Path(folder))
        refined = chosen.refine(Path(folder))
    dataset = encode(refined.tables, plan.domain.context, plan.weight, refined.as_of_ms)
    return dataset, plan.parameters(refined.tables)


def _cutoff(hours: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    moment = EPOCH_MS + hours * MS_PER_HOUR
    names = [each.name for each in _SHARED["domain"].segments(_SHARED["parameters"])]
    found = [score_hour(**_SHARED, cutoff_ms=moment, segment=name, readers=1_000_000) for name in names]
    joined = [
        pl.concat(frames).with_columns(cutoff=pl.lit(hours, pl.Int64)) for frames in zip(*found, strict=True)
    ]
    return joined[0], joined[1]
