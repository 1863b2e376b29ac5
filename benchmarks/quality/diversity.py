"""The accuracy that diversity costs: NDCG@10 against the share of item pairs with different categories.

    python -m benchmarks diversity --uri /path/to/g1 --out out/diversity

Users, targets and moments are those of protocol P1, at the cut-offs below 200; the product's lists are
reranked at each setting of the diversity dial. Writes diversity.csv and diversity.png.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.quality.cutoff import Cutoff
from benchmarks.quality.next_hour import refine
from pipelines.benchmarks.commands import parse_numbers
from pipelines.benchmarks.next_hour import HourOptions
from pipelines.benchmarks.workers import use_single_threads
from pipelines.stages.evaluate import LazyModels
from script_shared.evaluation.ranking import K, score_list
from script_shared.evaluation.sessions import summarise_sessions
from script_shared.inference.lists.reranking import POOL, category_similarity, diversify
from script_shared.inference.segment_models import SegmentModels
from script_shared.types import IntArray, ScoredItem

CUTOFFS = "58,108,158"
DIALS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)
METRICS = ("ndcg", "diversity")


@dataclass(frozen=True, slots=True)
class RankedPool:
    """One user's ranked pool before reranking, the targets, and the categories of all items."""

    cutoff: int
    user: str
    ranked: Sequence[ScoredItem]
    targets: IntArray
    categories: IntArray


def rank_pools(folder: Path, as_of_ms: int, cutoff_ms: int, users: int) -> list[RankedPool]:
    """Return the product's ranked pools for users of one hour, at most `users` of each segment."""
    cutoff = Cutoff(folder, as_of_ms, cutoff_ms)
    past = cutoff.past
    models = SegmentModels(LazyModels(past, cutoff.segments), past.newest_items())
    pools = []
    for segment in cutoff.segments:
        for sample in cutoff.samples(segment, users):
            ranked, _ = models.rank(segment, sample.query, cutoff.state, POOL)
            user = past.users[sample.query.user]
            pools.append(RankedPool(cutoff_ms, user, ranked, sample.targets, past.catalogue.category))
    return pools


def measure_tradeoff(pools: Sequence[RankedPool], dials: Sequence[float] = DIALS) -> pl.DataFrame:
    """Return one row per dial: NDCG@10 and diversity with 95 % intervals, and the loss per 0.01 diversity."""
    scores = pl.DataFrame(list(_score_pools(pools, dials)))
    table = summarise_sessions(scores, METRICS).rename({"model": "dial", "sessions": "users"})
    loss, gain = pl.col("ndcg").first() - pl.col("ndcg"), pl.col("diversity") - pl.col("diversity").first()
    dial = pl.col("dial").cast(pl.Float64)
    loss_per_hundredth = pl.when(gain > 0).then(loss / gain / 100)
    return table.with_columns(dial, ndcg_per_hundredth=loss_per_hundredth).drop("protocol", "windows")


def _score_pools(pools: Sequence[RankedPool], dials: Sequence[float]) -> Iterator[dict[str, object]]:
    for pool in pools:
        similarity, targets = category_similarity(pool.categories), set(pool.targets.tolist())
        for dial in dials:
            items = [scored.item for scored in diversify(pool.ranked, K, dial, similarity)]
            yield {
                "protocol": "next-hour",
                "model": f"{dial:g}",
                "cutoff": pool.cutoff,
                "query_id": pool.user,
                "ndcg": score_list(items, targets)["ndcg"],
                "diversity": category_diversity(pool.categories[items]),
            }


def category_diversity(categories: IntArray) -> float:
    """Return the share of pairs of a list whose categories differ."""
    same = (categories[:, None] == categories).sum() - len(categories)
    return float(1 - same / max(len(categories) * (len(categories) - 1), 1))


def draw_tradeoff(table: pl.DataFrame, path: Path) -> None:
    """Plot NDCG against diversity, one point per dial."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    x, y, dials = (table[name].to_numpy() for name in ("diversity", "ndcg", "dial"))
    intervals = np.abs(table["ndcg_low", "ndcg_high"].to_numpy().T - y)
    axes.errorbar(x, y, yerr=intervals, marker="o", capsize=2, linewidth=1)
    for dial, *point in zip(dials, x, y, strict=True):
        axes.annotate(f"{dial:g}", point, textcoords="offset points", xytext=(5, 5), fontsize=8)
    axes.set(xlabel="pairs of a list whose categories differ", ylabel="NDCG@10")
    figure.savefig(path, dpi=120)


def layout(table: pl.DataFrame) -> Table:
    """Return the table for the terminal."""
    layout = Table("dial", "NDCG@10", "diversity", "NDCG per hundredth")
    for row in table.to_dicts():
        intervals = (f"{row[m]:.4f} \\[{row[f'{m}_low']:.4f} {row[f'{m}_high']:.4f}]" for m in METRICS)
        loss = row["ndcg_per_hundredth"]
        layout.add_row(f"{row['dial']:g}", *intervals, "–" if loss is None else f"{loss:.5f}")
    return layout


def main(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="folder for table and plot")] = Path("out/diversity"),
    cutoffs: Annotated[str, typer.Option(help="hours of P1")] = CUTOFFS,
    users: Annotated[int, typer.Option(min=1, help="maximum per segment and cut-off")] = 1_000,
    processes: Annotated[int, typer.Option(min=1, help="cut-offs in parallel")] = os.cpu_count() or 1,
) -> None:
    """Rerank at each dial; write and print accuracy and diversity."""
    moments = HourOptions(parse_numbers(cutoffs, "--cutoffs")).cutoffs_ms
    with TemporaryDirectory() as name:
        as_of_ms = refine(uri, Path(name))
        executor = ProcessPoolExecutor(min(processes, len(moments)), get_context("spawn"))
        with use_single_threads(), executor:
            parts = executor.map(rank_pools, repeat(Path(name)), repeat(as_of_ms), moments, repeat(users))
            pools = [pool for part in parts for pool in part]
    table = measure_tradeoff(pools)
    out.mkdir(parents=True, exist_ok=True)
    table.write_csv(out / "diversity.csv")
    draw_tradeoff(table, out / "diversity.png")
    Console().print(layout(table))
