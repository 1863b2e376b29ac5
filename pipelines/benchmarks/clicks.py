"""The work of a process in protocols P2 and P3: fit before a window, then rank items for its sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.benchmarks.workers import load_dataset
from pipelines.stages.evaluate import PREDICTION_SCHEMA, LazyModels
from script_shared.clock import FixedClock
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.sessions import K, window_start
from script_shared.inference.engine import Engine
from script_shared.inference.router import Router
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.base import Recommender
from script_shared.models.components.popularity import MostPopular
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.types import Request

#: The number of clicks on which a segment's model is fitted; the protocols fit about a hundred models.
FIT_CLICKS = 5_000

#: The half-life of the popularity baseline, as an index into the state's half-lives.
BASELINE_HALF_LIFE = 1


@dataclass(frozen=True, slots=True)
class SharedInput:
    """The input that all windows share.

    Attributes:
        domain: name of the domain.
        folder: the folder of the encoded tables and the sessions.
        windows_ms: the start of window 0, ms UTC.
    """

    domain: str
    folder: Path
    windows_ms: int


def rank_windows(shared: SharedInput, kinds: Sequence[str], windows: Sequence[int]) -> pl.DataFrame:
    """Return predictions for the sessions of some windows, by models fitted before the first window.

    Args:
        shared: the input that all windows share.
        kinds: kinds of state; the models are fitted on the data of the first one.
        windows: numbers of the windows in order; a single one if the state is live.
    """
    live = kinds[0].startswith("live")
    domain, parameters, dataset = load_dataset(shared.domain, shared.folder / kinds[0])
    fit_options = {"sampling": "live" if live else "clicks", "fit_users": FIT_CLICKS}
    parameters = {**parameters, "two_stage": {**parameters["two_stage"], **fit_options}}
    segments = domain.segments(parameters)
    models = LazyModels(dataset.before(window_start(windows[0], shared.windows_ms)), segments)
    sessions = pl.read_parquet(shared.folder / "sessions.parquet")
    rows: list[tuple[Any, ...]] = []
    for kind in kinds:
        *_, known = load_dataset(shared.domain, shared.folder / kind)
        replay = StateReplay(known, domain.state(parameters), window_start(windows[0], shared.windows_ms))
        ranker = SessionRanker(Router.from_dataset(known, segments), models, replay)
        for window in windows:
            now_ms = None if live else window_start(window, shared.windows_ms)
            rows += _rank_sessions(ranker, kind, sessions.filter(window=window), now_ms)
    return pl.DataFrame(rows, PREDICTION_SCHEMA, orient="row")


def _rank_sessions(
    ranker: SessionRanker, kind: str, sessions: pl.DataFrame, now_ms: int | None
) -> Iterator[tuple[Any, ...]]:
    """Yield prediction rows of all sessions, ranked at one time or, if None, at their last click but one."""
    ranked_ms = pl.col("times").list.get(-2).dt.epoch("ms") if now_ms is None else pl.lit(now_ms)
    ordered = sessions.with_columns(ranked_ms=ranked_ms).sort("ranked_ms", maintain_order=True)
    for session in ordered.iter_rows(named=True):
        for model, segment, items in ranker.rank(session, session["ranked_ms"]):
            label = (f"next-click-{kind}", model, segment, session["window"], session["session_id"])
            yield from ((*label, rank, item) for rank, item in enumerate(items, start=1))


class SessionRanker:
    """Ranks items for sessions with the service's engine and with the popularity baseline.

    Args:
        router: the router for all users and items.
        models: the models by segment.
        replay: the state, which is replayed up to the time of each request.
    """

    def __init__(self, router: Router, models: Mapping[str, Recommender], replay: StateReplay) -> None:
        self._router, self._replay, self._clock = router, replay, FixedClock(0)
        segment_models = SegmentModels(models, replay.dataset.newest_items())
        self._engine = Engine(router, segment_models, replay.state, self._clock)
        self._baseline = MostPopular(BASELINE_HALF_LIFE)

    def rank(self, session: Mapping[str, Any], now_ms: int) -> Iterator[tuple[str, str, list[str]]]:
        """Yield model, segment and ranked items for a session at a time, ms UTC.

        The request contains the session's clicks that the state does not contain yet.
        """
        self._replay.advance_to(now_ms)
        self._clock.ms = now_ms
        clicks = zip(session["items"][:-1], session["times"], strict=False)
        recent = tuple(item for item, time in clicks if int(time.timestamp() * 1000) >= now_ms)
        context = {name: session[name] for name in self._router.context if session[name] is not None}
        request = Request(session["user_id"], K, context=context, recent_items=recent)
        response = self._engine.recommend(request)
        yield SERVED, response.segment, [item.item_id for item in response.items]
        query = self._router.query(request, self._replay.state, now_ms)
        popular = self._baseline.recommend(query, self._replay.state, K)
        hours = self._replay.state.parameters.half_lives[BASELINE_HALF_LIFE]
        items = [self._router.items[scored.item] for scored in popular]
        yield f"most_popular_{hours:g}h", response.segment, items
