"""What the diversity dial costs: NDCG@10 against the share of pairs of a list whose categories differ.

    python -m benchmarks diversity --uri /path/to/g1 --out out/diversity

Readers, targets and moments are those of protocol P1, at the cut-offs below 200; the product's lists are
turned through the dial. Writes diversity.csv and diversity.png.
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

from benchmarks.cutoff import Cutoff
from benchmarks.next_hour import refine
from pipelines.benchmarks.commands import parse_numbers
from pipelines.benchmarks.next_hour import HourOptions
from pipelines.benchmarks.workers import use_single_threads
from pipelines.stages.evaluate import LazyModels
from script_shared.evaluation.ranking import K, score_list
from script_shared.evaluation.sessions import summarise_sessions
from script_shared.inference.reranking import POOL, diversify, same_category
from script_shared.inference.segment_models import SegmentModels
from script_shared.types import IntArray, ScoredItem

CUTOFFS = "58,108,158"
DIALS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0)
METRICS = ("ndcg", "diversity")


@dataclass(frozen=True, slots=True)
class Turned:
    """One reader's ranked list, what was read next, and the articles' categories."""

    cutoff: int
    reader: str
    ranked: Sequence[ScoredItem]
    targets: IntArray
    categories: IntArray


def pools(folder: Path, as_of_ms: int, cutoff_ms: int, readers: int) -> list[Turned]:
    """Return the product's first items for readers of one hour, some of each segment."""
    cutoff = Cutoff(folder, as_of_ms, cutoff_ms)
    past = cutoff.past
    ranker = SegmentModels(LazyModels(past, cutoff.segments), past.newest_items())
    found = []
    for segment in cutoff.segments:
        for sample in cutoff.samples(segment, readers):
            ranked, _ = ranker.rank(segment, sample.query, cutoff.state, POOL)
            reader = past.users[sample.query.user]
            found.append(Turned(cutoff_ms, reader, ranked, sample.targets, past.catalogue.category))
    return found


def price(turned: Sequence[Turned], dials: Sequence[float] = DIALS) -> pl.DataFrame:
    """Return a row a dial: NDCG@10 and diversity with 95 % intervals, and what a hundredth of it costs."""
    scores = pl.DataFrame(list(_scores(turned, dials)))
    table = summarise_sessions(scores, METRICS).rename({"model": "dial", "sessions": "users"})
    lost, gained = pl.col("ndcg").first() - pl.col("ndcg"), pl.col("diversity") - pl.col("diversity").first()
    dial = pl.col("dial").cast(pl.Float64)
    cost = pl.when(gained > 0).then(lost / gained / 100)
    return table.with_columns(dial, ndcg_per_hundredth=cost).drop("protocol", "windows")


def _scores(turned: Sequence[Turned], dials: Sequence[float]) -> Iterator[dict[str, object]]:
    for each in turned:
        likeness, targets = same_category(each.categories), set(each.targets.tolist())
        for dial in dials:
            items = [x.item for x in diversify(each.ranked, K, dial, likeness)]
            yield {
                "protocol": "next-hour",
                "model": f"{dial:g}",
                "cutoff": each.cutoff,
                "query_id": each.reader,
                "ndcg": score_list(items, targets)["ndcg"],
                "diversity": different(each.categories[items]),
            }


def different(categories: IntArray) -> float:
    """Return the share of pairs of a list whose categories differ."""
    similar_items = (categories[:, None] == categories).sum() - len(categories)
    return float(1 - similar_items / max(len(categories) * (len(categories) - 1), 1))


def draw_price(table: pl.DataFrame, path: Path) -> None:
    """Draw NDCG against diversity, each point a turn of the dial."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    x, y, dials = (table[name].to_numpy() for name in ("diversity", "ndcg", "dial"))
    ends = np.abs(table["ndcg_low", "ndcg_high"].to_numpy().T - y)
    axes.errorbar(x, y, yerr=ends, marker="o", capsize=2, linewidth=1)
    for place in zip(dials, x, y, strict=True):
        axes.annotate(f"{place[0]:g}", place[1:], textcoords="offset points", xytext=(5, 5), fontsize=8)
    axes.set(xlabel="pairs of a list whose categories differ", ylabel="NDCG@10")
    figure.savefig(path, dpi=120)


def write(table: pl.DataFrame, out: Path) -> Table:
    """Write table and plot; return the table for the terminal."""
    out.mkdir(parents=True, exist_ok=True)
    table.write_csv(out / "diversity.csv")
    draw_price(table, out / "diversity.png")
    shown = Table("dial", "NDCG@10", "diversity", "NDCG a hundredth")
    for row in table.to_dicts():
        intervals = (f"{row[m]:.4f} \\[{row[f'{m}_low']:.4f} {row[f'{m}_high']:.4f}]" for m in METRICS)
        cost = row["ndcg_per_hundredth"]
        shown.add_row(f"{row['dial']:g}", *intervals, "–" if cost is None else f"{cost:.5f}")
    return shown


def main(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="where table and plot go")] = Path("out/diversity"),
    cutoffs: Annotated[str, typer.Option(help="hours of P1")] = CUTOFFS,
    readers: Annotated[int, typer.Option(min=1, help="of each segment and cut-off, at most")] = 1_000,
    processes: Annotated[int, typer.Option(min=1, help="cut-offs at a time")] = os.cpu_count() or 1,
) -> None:
    """Turn the dial and show what it costs."""
    moments = HourOptions(parse_numbers(cutoffs, "--cutoffs")).cutoffs_ms
    with TemporaryDirectory() as name:
        as_of_ms = refine(uri, Path(name))
        pool = ProcessPoolExecutor(min(processes, len(moments)), get_context("spawn"))
        with use_single_threads(), pool:
            done = pool.map(pools, repeat(Path(name)), repeat(as_of_ms), moments, repeat(readers))
            turned = [each for part in done for each in part]
    Console().print(write(price(turned), out))
