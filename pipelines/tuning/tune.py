"""Tunes a domain from raw files: searches on some early hours, confirms the best trial on others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from rich.progress import track

from pipelines.benchmarks.next_hour import HourOptions, refine_files, require_hours
from pipelines.benchmarks.results import TUNED_BELOW
from pipelines.cli.console import CONSOLE
from pipelines.encoding.arrays import read_dataset
from pipelines.encoding.dataset import encode_dataset
from pipelines.plans.plan import Plan
from pipelines.tuning.parameters import narrow_space
from pipelines.tuning.scoring import Objective
from pipelines.tuning.search import Search, TrialResult, find_best
from pipelines.tuning.summary import compare_trials, write_summary
from script_shared.errors import SettingsError
from script_shared.releases.lock import lock_folder
from script_shared.segments import find_segment


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """The options of a search.

    Attributes:
        hours: the cut-offs at which trials are scored, and the maximum number of users.
        confirm: other cut-offs, at which the best and the default trial are compared.
        segments: names of segments; empty for all.
        prefixes: prefixes of parameter paths; empty for all.
        trials: the total number of trials, those of an existing search included.
        seed: seed of the sampler.
    """

    hours: HourOptions
    confirm: Sequence[int] = ()
    segments: Sequence[str] = ()
    prefixes: Sequence[str] = ()
    trials: int = 30
    seed: int = 0


def tune(plan: Plan, source: str, uri: str, options: TuneOptions, out: Path) -> dict[str, Any]:
    """Run or resume a search; write and return the summary.

    A second search in the same folder waits for the first one.

    Args:
        plan: the domain's plan.
        source: name of the raw format.
        uri: folder of the raw files.
        options: the options of the search.
        out: the folder of the search.

    Raises:
        SettingsError: an hour is not below `TUNED_BELOW` or not in the data; there is no such segment or
            parameter; or `out` contains a different search.
    """
    _require_valid_hours(options)
    with TemporaryDirectory() as folder:
        refined = refine_files(plan, source, uri, Path(folder))
        require_hours(refined, replace(options.hours, cutoffs=(*options.hours.cutoffs, *options.confirm)))
        encoded = Path(folder) / "encoded"
        encode_dataset(encoded, plan, refined.tables, refined.as_of_ms)
        del refined
        with lock_folder(out, "tune"), closing(_open_search(plan, encoded, options, out)) as search:
            missing = options.trials - len(search.results())
            for _ in track(range(missing), "configurations", console=CONSOLE):
                search.run_trial()
            return write_summary(search, out, _compare_with_default(search, options))


def _require_valid_hours(options: TuneOptions) -> None:
    late = [hour for hour in (*options.hours.cutoffs, *options.confirm) if hour >= TUNED_BELOW]
    if late:
        problem = f"{_join(late)}: hours from {TUNED_BELOW} on are reserved for reports"
        remedy = f"choose hours below {TUNED_BELOW}"
        raise SettingsError(problem, where="--cutoffs, --confirm", remedy=remedy)
    if set(options.hours.cutoffs) & set(options.confirm):
        problem = "the best trial was selected on these hours"
        raise SettingsError(problem, where="--confirm", remedy="choose others")


def _open_search(plan: Plan, encoded: Path, options: TuneOptions, out: Path) -> Search:
    dataset, parameters = read_dataset(encoded)
    segments = plan.domain.segments(parameters)
    chosen = [find_segment(segments, name) for name in options.segments] or segments
    names = [segment.name for segment in chosen]
    study = {
        "parameters": parameters,
        "segments": names,
        "cutoffs": options.hours.cutoffs_ms,
        "users": options.hours.users,
        "seed": options.seed,
        "interactions": len(dataset.interactions),
    }
    objective = Objective(plan.domain, dataset, names, options.hours.users)
    space = narrow_space(plan.search_space, names, options.prefixes)
    return Search(out, space, parameters, objective, options.hours.cutoffs_ms, study)


def _compare_with_default(search: Search, options: TuneOptions) -> list[dict[str, Any]]:
    """Compare the best with the default trial, on the hours of the search and on those of `confirm`."""
    results = search.results()
    best = find_best(results)
    if best.number == 0:
        return []
    scores = pl.concat([search.read_scores(0), search.read_scores(best.number)])
    rows = compare_trials(scores, str(best.number), "0", _join(options.hours.cutoffs))
    if options.confirm:
        cutoffs_ms = replace(options.hours, cutoffs=options.confirm).cutoffs_ms
        scores = pl.concat([_score_trial(search, result, cutoffs_ms) for result in (results[0], best)])
        rows += compare_trials(scores, str(best.number), "0", _join(options.confirm))
    return rows


def _score_trial(search: Search, result: TrialResult, cutoffs_ms: Sequence[int]) -> pl.DataFrame:
    parameters = search.get_parameters(result)
    hours = track(cutoffs_ms, f"confirming {result.number}", console=CONSOLE)
    parts = [search.objective.score(parameters, cutoff_ms) for cutoff_ms in hours]
    return pl.concat(parts).with_columns(model=pl.lit(str(result.number)))


def _join(cutoffs: Sequence[int]) -> str:
    return ", ".join(map(str, cutoffs))
