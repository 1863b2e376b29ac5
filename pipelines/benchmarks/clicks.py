"""What a worker process does: fit before a window, then ask the service in the window's sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains import load
from pipelines.encoding.arrays import read_encoded
from pipelines.stages.evaluate import PREDICTIONS, FittedOnDemand
from script_shared.clock import FixedClock
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.sessions import K, window_start
from script_shared.inference.engine import Engine
from script_shared.inference.router import Router
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.base import Recommender
from script_shared.models.components.popularity import MostPopular
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.types import Request

#: From so many clicks a segment's model learns: there are a hundred models to fit.
CLICKS = 5_000

#: The most-read list beside the service: the state's row of half-lives, its name.
MOST_READ_ROW = 1


@dataclass(frozen=True, slots=True)
class Work:
    """What all windows have in common: the domain's name, where the tables lie, when window 0 begins."""

    domain: str
    folder: Path
    windows_ms: int


def ask(work: Work, kinds: Sequence[str], windows: Sequence[int]) -> pl.DataFrame:
    """Return the lists for the sessions of some windows, by models fitted before the first of them.

    Args:
        work: where what lies.
        kinds: of the state; the models are fitted on what the first of them knows.
        windows: in order; one only where the state is live.
    """
    live = kinds[0].startswith("live")
    domain, parameters, dataset = _loaded(work, kinds[0])
    learned = {"sampling": "live" if live else "clicks", "fit_users": CLICKS}
    parameters = {**parameters, "two_stage": {**parameters["two_stage"], **learned}}
    segments = domain.segments(parameters)
    models = FittedOnDemand(dataset.before(window_start(windows[0], work.windows_ms)), segments)
    sessions = pl.read_parquet(work.folder / "sessions.parquet")
    rows: list[tuple[Any, ...]] = []
    for kind in kinds:
        held = _loaded(work, kind)[-1]
        replay = StateReplay(held, domain.state(parameters), window_start(windows[0], work.windows_ms))
        asker = Asker(Router.from_dataset(held, segments), models, replay)
        for window in windows:
            moment = None if live else window_start(window, work.windows_ms)
            rows += _ask(asker, kind, sessions.filter(window=window), moment)
    return pl.DataFrame(rows, PREDICTIONS, orient="row")


def _ask(asker: Asker, kind: str, sessions: pl.DataFrame, moment: int | None) -> Iterator[tuple[Any, ...]]:
    """Give the rows of all sessions, asked at one moment or each at its last click but one."""
    asked_at = pl.col("times").list.get(-2).dt.epoch("ms") if moment is None else pl.lit(moment)
    ordered = sessions.with_columns(asked_at=asked_at).sort("asked_at", maintain_order=True)
    for session in ordered.iter_rows(named=True):
        for model, segment, items in asker.ask(session, session["asked_at"]):
            label = (f"next-click-{kind}", model, segment, session["window"], session["session_id"])
            yield from ((*label, rank, item) for rank, item in enumerate(items, start=1))


class Asker:
    """Asks the service's engine, and a most-read list, as a client would.

    Args:
        router: over all readers and items.
        models: of the segments.
        replay: the state.
    """

    def __init__(self, router: Router, models: Mapping[str, Recommender], replay: StateReplay) -> None:
        self._router, self._replay, self._clock = router, replay, FixedClock(0)
        ranker = SegmentModels(models, replay.dataset.newest_items())
        self._engine = Engine(router, ranker, replay.state, self._clock)
        self._most_read = MostPopular(MOST_READ_ROW)

    def ask(self, session: Mapping[str, Any], moment_ms: int) -> Iterator[tuple[str, str, list[str]]]:
        """Give model, segment and list for a session, once the state is as of a moment.

        What the session had read by then travels with the request where the state does not hold it.
        """
        self._replay.advance_to(moment_ms)
        self._clock.ms = moment_ms
        read = zip(session["items"][:-1], session["times"], strict=False)
        recent = tuple(item for item, time in read if int(time.timestamp() * 1000) >= moment_ms)
        context = {name: session[name] for name in self._router.context if session[name] is not None}
        request = Request(session["user_id"], K, context=context, recent_items=recent)
        answer = self._engine.recommend(request)
        yield SERVED, answer.segment, [item.item_id for item in answer.items]
        query = self._router.query(request, self._replay.state, moment_ms)
        items = self._most_read.recommend(query, self._replay.state, K)
        hours = self._replay.state.parameters.half_lives[MOST_READ_ROW]
        yield f"most_popular_{hours:g}h", answer.segment, [self._router.items[each.item] for each in items]


@cache
def _loaded(work: Work, kind: str) -> tuple[Domain, Parameters, Dataset]:
    dataset, parameters = read_encoded(work.folder / kind)
    return load(work.domain).domain, parameters, dataset
