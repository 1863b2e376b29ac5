"""From raw files to what was found: search on some early hours, confirm the best on others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from rich.progress import track

from pipelines.benchmarks.next_hour import Hours, check_hours, refine_files
from pipelines.benchmarks.results import TUNED_BELOW
from pipelines.cli.console import CONSOLE
from pipelines.encoding.arrays import read_encoded
from pipelines.encoding.dataset import encode_into
from pipelines.plan import Plan
from pipelines.tuning.parameters import narrowed
from pipelines.tuning.scoring import Objective
from pipelines.tuning.search import Search, Tried, best_of
from pipelines.tuning.summary import compared, write_summary
from script_shared.errors import SettingsError
from script_shared.releases.lock import lock_folder
from script_shared.segments import find_segment


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """What is searched, and how long.

    Attributes:
        hours: the cut-offs that configurations are scored at, and readers a segment and cut-off.
        confirm: cut-offs, none of those above, at which the best and the default are scored once more.
        segments: names; empty is all.
        places: beginnings of the parameters' places; empty is all.
        trials: configurations in all, those of earlier runs included.
        seed: of the sampler.
    """

    hours: Hours
    confirm: Sequence[int] = ()
    segments: Sequence[str] = ()
    places: Sequence[str] = ()
    trials: int = 30
    seed: int = 0


def tune(plan: Plan, source: str, uri: str, wanted: TuneOptions, out: Path) -> dict[str, Any]:
    """Search, going on with what `out` holds; write and return the summary.

    A second search in the same folder waits for the first.

    Args:
        plan: the domain's.
        source: raw format.
        uri: folder of the raw files.
        wanted: what is searched.
        out: the study's folder.

    Raises:
        SettingsError: an hour is not below `TUNED_BELOW` or not in the data; there is no such segment or
            parameter; or `out` holds another search.
    """
    _check(wanted)
    with TemporaryDirectory() as folder:
        refined = refine_files(plan, source, uri, Path(folder))
        check_hours(refined, replace(wanted.hours, cutoffs=(*wanted.hours.cutoffs, *wanted.confirm)))
        encoded = Path(folder) / "encoded"
        encode_into(encoded, plan, refined.tables, refined.as_of_ms)
        del refined
        with lock_folder(out, "tune"), closing(_open(plan, encoded, wanted, out)) as search:
            missing = wanted.trials - len(search.tried())
            for _ in track(range(missing), "configurations", console=CONSOLE):
                search.try_next()
            return write_summary(search, out, _differences(search, wanted))


def _check(wanted: TuneOptions) -> None:
    late = [hour for hour in (*wanted.hours.cutoffs, *wanted.confirm) if hour >= TUNED_BELOW]
    if late:
        raise SettingsError(
            f"{', '.join(map(str, late))}: hours from {TUNED_BELOW} on are reported, not chosen by",
            where="--cutoffs, --confirm",
            remedy=f"choose hours below {TUNED_BELOW}",
        )
    if set(wanted.hours.cutoffs) & set(wanted.confirm):
        raise SettingsError("the best was chosen by these hours", where="--confirm", remedy="choose others")


def _open(plan: Plan, encoded: Path, wanted: TuneOptions, out: Path) -> Search:
    dataset, parameters = read_encoded(encoded)
    segments = plan.domain.segments(parameters)
    names = [find_segment(segments, name).name for name in wanted.segments] or [
        each.name for each in segments
    ]
    about = {
        "parameters": parameters,
        "segments": names,
        "cutoffs": wanted.hours.moments,
        "users": wanted.hours.users,
        "seed": wanted.seed,
        "interactions": len(dataset.interactions),
    }
    scorer = Objective(plan.domain, dataset, names, wanted.hours.users)
    space = narrowed(plan.search, names, wanted.places)
    return Search(out, space, parameters, scorer, wanted.hours.moments, about)


def _differences(search: Search, wanted: TuneOptions) -> list[dict[str, Any]]:
    """Compare the best with the default, where it was chosen and where it was not."""
    tried = search.tried()
    best = best_of(tried)
    if best.number == 0:
        return []
    searched = pl.concat([search.scores_of(0), search.scores_of(best.number)])
    rows = compared(searched, str(best.number), "0", _named(wanted.hours.cutoffs))
    if wanted.confirm:
        moments = replace(wanted.hours, cutoffs=wanted.confirm).moments
        both = pl.concat([_confirmed(search, each, moments) for each in (tried[0], best)])
        rows += compared(both, str(best.number), "0", _named(wanted.confirm))
    return rows


def _confirmed(search: Search, tried: Tried, moments: Sequence[int]) -> pl.DataFrame:
    told = f"confirming {tried.number}"
    hours = track(moments, told, console=CONSOLE)
    parts = [search.scorer.score(search.parameters_of(tried), moment) for moment in hours]
    return pl.concat(parts).with_columns(model=pl.lit(str(tried.number)))


def _named(cutoffs: Sequence[int]) -> str:
    return ", ".join(map(str, cutoffs))
