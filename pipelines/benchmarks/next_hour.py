"""Protocol P1: at each cut-off, fit on what came before and recommend ten items for the hour after."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from rich.console import Console
from rich.progress import track

from pipelines.benchmarks import workers
from pipelines.benchmarks.workers import Work, one_thread_each
from pipelines.encoding.dataset import encode_into
from pipelines.plan import Plan, Refinement
from pipelines.stages.download import source_of
from pipelines.stages.evaluate import Scored, together
from script_shared.clock import MS_PER_HOUR
from script_shared.errors import SettingsError
from script_shared.evaluation.beyond_accuracy import describe_lists

#: Hours of Globo.com's clicks count from 2017-10-01 03:00 UTC.
EPOCH_MS = 1_506_826_800_000
CUTOFFS = (58, 108, 158, 208, 258, 300)
#: More readers than any hour has: all of them.
EVERYBODY = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Hours:
    """Which hours are scored, and how.

    Attributes:
        cutoffs: hours after `epoch_ms`.
        readers: at most so many of each segment and cut-off, drawn with a fixed seed.
        processes: so many pairs of a cut-off and a segment at a time.
        epoch_ms: where the hours count from, ms UTC.
    """

    cutoffs: Sequence[int] = CUTOFFS
    users: int = EVERYBODY
    processes: int = 1
    epoch_ms: int = EPOCH_MS

    @property
    def moments(self) -> list[int]:
        """The cut-offs in ms UTC."""
        return [self.epoch_ms + hours * MS_PER_HOUR for hours in self.cutoffs]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the protocol found; `cutoff` in hours everywhere.

    Attributes:
        scores: segment, model, cutoff, query_id and the metrics.
        predictions: protocol, model, segment, cutoff, query_id, rank, item_id.
        described: what the lists look like, by segment, model and cutoff.
    """

    scores: pl.DataFrame
    predictions: pl.DataFrame
    described: pl.DataFrame


def next_hour(plan: Plan, source: str, uri: str, hours: Hours) -> Outcome:
    """Run the protocol on the raw files of a folder.

    Args:
        plan: the domain's.
        source: raw format.
        uri: folder of the raw files.
        hours: what is scored.

    Raises:
        SettingsError: a cut-off has no reads before it or no whole hour after it.
        NotEnoughDataError: nobody read anything new in any of the hours.
    """
    with TemporaryDirectory() as folder:
        refined = refine_files(plan, source, uri, Path(folder))
        check_hours(refined, hours)
        encoded = Path(folder) / "encoded"
        _, parameters, _ = encode_into(encoded, plan, refined.tables, refined.as_of_ms)
        work = Work(plan.domain.name, encoded, hours.users)
        segments = plan.domain.segments(parameters)
        scores, predictions = _score(work, hours, [each.name for each in segments])
    described = describe_lists(predictions, refined.tables.items, refined.tables.interactions)
    return Outcome(*(_in_hours(each, hours.epoch_ms) for each in (scores, predictions, described)))


def refine_files(plan: Plan, source: str, uri: str, folder: Path) -> Refinement:
    """Refine raw files; what they are unpacked into stays below `folder`."""
    chosen = source_of(plan, source)
    (folder / "raw").mkdir()
    chosen.acquire(uri, 1.0, folder / "raw")
    return chosen.refine(folder / "raw")


def check_hours(refined: Refinement, hours: Hours) -> None:
    """Look whether there are reads before and a whole hour after each cut-off.

    Raises:
        SettingsError: a cut-off has not; says which would.
    """
    first = refined.tables.interactions["timestamp"].dt.epoch("ms")[0]
    lowest = (first - hours.epoch_ms) // MS_PER_HOUR + 1
    highest = (refined.as_of_ms - hours.epoch_ms) // MS_PER_HOUR - 1
    for cutoff in hours.cutoffs:
        if not lowest <= cutoff <= highest:
            raise SettingsError(
                f"the data has no reads before, or no whole hour after, the cut-off {cutoff}",
                where="--cutoffs",
                remedy=f"choose hours from {lowest} to {highest}",
            )


def _score(work: Work, hours: Hours, segments: Sequence[str]) -> Scored:
    """Score every segment at every cut-off; those with the longest past begin first."""
    units = list(product(hours.moments, segments))
    # Spawned, not forked: polars' threads do not survive a fork, and a worker would wait for them forever.
    pool = ProcessPoolExecutor(min(hours.processes, len(units)), get_context("spawn"))
    with one_thread_each():
        try:
            tasks = {unit: pool.submit(workers.score, work, *unit) for unit in sorted(units, reverse=True)}
            _wait(tasks.values())
        finally:
            pool.shutdown(cancel_futures=True)
    return together((tasks[unit].result() for unit in units), where="the benchmark")


def _wait(tasks: Collection[Future[Scored]]) -> None:
    """Show how many are done; the first error ends it."""
    done = as_completed(tasks)
    for task in track(done, "scoring", total=len(tasks), console=Console(stderr=True)):
        task.result()


def _in_hours(frame: pl.DataFrame, epoch_ms: int) -> pl.DataFrame:
    return frame.with_columns(cutoff=(pl.col("cutoff") - epoch_ms) // MS_PER_HOUR)
