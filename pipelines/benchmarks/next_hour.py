"""Protocol P1: at each cut-off, fit on the data before and recommend ten items for the hour after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipelines.benchmarks.workers import SharedInput, run_parallel, score
from pipelines.encoding.dataset import encode_dataset
from pipelines.plans.plan import Plan, Refinement
from pipelines.stages.download import find_source
from pipelines.stages.evaluate import ScoresAndPredictions, concat_results
from script_shared.clock import MS_PER_HOUR
from script_shared.errors import SettingsError
from script_shared.evaluation.beyond_accuracy import describe_lists

#: Hour 0 of Globo.com's clicks, 2017-10-01 03:00 UTC, ms.
EPOCH_MS = 1_506_826_800_000
CUTOFFS = (58, 108, 158, 208, 258, 300)
#: More users than any hour has.
ALL_USERS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class HourOptions:
    """The hours of a benchmark.

    Attributes:
        cutoffs: hours after `epoch_ms`.
        users: the maximum number of users in each segment and cut-off, sampled with a fixed seed.
        processes: the number of parallel pairs of cut-off and segment.
        epoch_ms: hour 0, ms UTC.
    """

    cutoffs: Sequence[int] = CUTOFFS
    users: int = ALL_USERS
    processes: int = 1
    epoch_ms: int = EPOCH_MS

    @property
    def cutoffs_ms(self) -> list[int]:
        """The cut-offs in ms UTC."""
        return [self.epoch_ms + hours * MS_PER_HOUR for hours in self.cutoffs]


@dataclass(frozen=True, slots=True)
class NextHourResult:
    """The result of the protocol; `cutoff` is in hours.

    Attributes:
        scores: segment, model, cutoff, query_id and the metrics.
        predictions: protocol, model, segment, cutoff, query_id, rank, item_id.
        list_statistics: coverage, novelty, diversity and age of the lists by segment, model and cutoff.
    """

    scores: pl.DataFrame
    predictions: pl.DataFrame
    list_statistics: pl.DataFrame


def next_hour(plan: Plan, source: str, uri: str, hours: HourOptions) -> NextHourResult:
    """Run the protocol on the raw files of a folder.

    Args:
        plan: the domain's plan.
        source: name of the raw format.
        uri: folder of the raw files.
        hours: the hours to evaluate.

    Raises:
        SettingsError: a cut-off has no interactions before it or no whole hour after it.
        NotEnoughDataError: no user has a new interaction in any of the hours.
    """
    with TemporaryDirectory() as folder:
        refined = refine_files(plan, source, uri, Path(folder))
        require_hours(refined, hours)
        encoded = Path(folder) / "encoded"
        _, parameters, _ = encode_dataset(encoded, plan, refined.tables, refined.as_of_ms)
        shared = SharedInput(plan.domain.name, encoded, hours.users)
        segments = plan.domain.segments(parameters)
        scores, predictions = _score(shared, hours, [segment.name for segment in segments])
    list_statistics = describe_lists(predictions, refined.tables.items, refined.tables.interactions)
    cutoff_hour = (pl.col("cutoff") - hours.epoch_ms) // MS_PER_HOUR
    frames = (scores, predictions, list_statistics)
    return NextHourResult(*(frame.with_columns(cutoff=cutoff_hour) for frame in frames))


def refine_files(plan: Plan, source: str, uri: str, folder: Path) -> Refinement:
    """Refine raw files; the unpacked files are written below `folder`."""
    chosen = find_source(plan, source)
    (folder / "raw").mkdir()
    chosen.acquire(uri, 1.0, folder / "raw")
    return chosen.refine(folder / "raw")


def require_hours(refined: Refinement, hours: HourOptions) -> None:
    """Check that each cut-off has interactions before it and a whole hour after it.

    Raises:
        SettingsError: a cut-off is out of range; the error contains the range.
    """
    first = refined.tables.interactions["timestamp"].dt.epoch("ms")[0]
    lowest = (first - hours.epoch_ms) // MS_PER_HOUR + 1
    highest = (refined.as_of_ms - hours.epoch_ms) // MS_PER_HOUR - 1
    for cutoff in hours.cutoffs:
        if not lowest <= cutoff <= highest:
            problem = f"the data has no interactions before, or no whole hour after, the cut-off {cutoff}"
            remedy = f"choose hours from {lowest} to {highest}"
            raise SettingsError(problem, where="--cutoffs", remedy=remedy)


def _score(shared: SharedInput, hours: HourOptions, segments: Sequence[str]) -> ScoresAndPredictions:
    """Score every segment at every cut-off; the cut-offs with the most data start first."""
    pairs = list(product(hours.cutoffs_ms, segments))
    tasks = sorted(pairs, reverse=True)
    results = dict(zip(tasks, run_parallel(score, shared, tasks, hours.processes, "scoring"), strict=True))
    return concat_results((results[pair] for pair in pairs), where="the benchmark")
