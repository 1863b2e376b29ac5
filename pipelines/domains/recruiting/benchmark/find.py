"""Protocol R1, find: rank all applicants seen before an opening's first day; who is then put forward?

The day is the clock: the state contains all days before the opening's first one. Targets are the opening's
applicants who were seen before that day. Models are fitted on the data before the period.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.domains.recruiting.benchmark.measures import SERVED, Comparison, Records, compare_means
from pipelines.domains.recruiting.benchmark.periods import PERIODS
from script_shared.dataset import Dataset
from script_shared.domain import Domain, Parameters
from script_shared.domains.recruiting.tables import OPENING
from script_shared.models.base import Recommender
from script_shared.models.components.popularity import MostPopular
from script_shared.models.ranking.state_replay import StateReplay
from script_shared.models.ranking.training_samples import Period, draw_arrival_samples
from script_shared.segments import Segment, assign_segment
from script_shared.state.state import State
from script_shared.types import Query, User

PROTOCOL = "find"
METRICS = ("recall@10", "recall@50", "ndcg@10", "recall@1000")
#: What a good model should reach.
GOALS = {"recall@10": 0.235, "recall@50": 0.46, "ndcg@10": 0.175, "recall@1000": 0.75}
#: Number of applicants that are ranked, and number of those that the predictions contain.
_RANKED, _WRITTEN = 1_000, 50

_Ranker = Callable[[Query, State], Sequence[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class FindResult:
    """The result of the protocol.

    Attributes:
        scores: period, segment, model, query_id and the metrics; one row an opening and model.
        predictions: protocol, model, segment, query_id, rank, item_id, score.
    """

    scores: pl.DataFrame
    predictions: pl.DataFrame


def find(domain: Domain, parameters: Parameters, dataset: Dataset) -> FindResult:
    """Run the protocol on both periods.

    Args:
        domain: the recruiting domain.
        parameters: the parameters to train with.
        dataset: all data.
    """
    scores: list[dict[str, Any]] = []
    predictions: list[dict[str, Any]] = []
    for name, period in PERIODS.items():
        _evaluate(domain, parameters, dataset, (name, period), (scores, predictions))
    return FindResult(pl.DataFrame(scores), pl.DataFrame(predictions))


def _evaluate(
    domain: Domain,
    parameters: Parameters,
    dataset: Dataset,
    named_period: tuple[str, Period],
    out: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    name, period = named_period
    scores, predictions = out
    rankers = _fit(domain, parameters, dataset.before(period.start_ms))
    replay = StateReplay(dataset, domain.state(parameters), period.start_ms)
    segments = domain.segments(parameters)
    for sample in draw_arrival_samples(replay, period, _is_opening, len(dataset.users)):
        query, targets = sample.query, frozenset(sample.targets.tolist())
        segment = assign_segment(segments, User(query.user_type, len(query.history))).name
        opening = {"query_id": dataset.users[query.user]}
        for model, rank in rankers.items():
            ranked = rank(query, replay.state)
            label = {"model": model, "segment": segment} | opening
            scores.append({"period": name} | label | measure([item for item, _ in ranked], targets))
            predictions += [
                {"protocol": PROTOCOL} | label | {"rank": n, "item_id": dataset.items[item], "score": score}
                for n, (item, score) in enumerate(ranked[:_WRITTEN], start=1)
            ]


def _is_opening(user: User) -> bool:
    return user.user_type == OPENING


def _fit(domain: Domain, parameters: Parameters, past: Dataset) -> Mapping[str, _Ranker]:
    """Return the service's ranker and the baselines, fitted on the data before a period."""
    segments = domain.segments(parameters)
    models: dict[str, Recommender] = {}

    def find_model(segment: Segment) -> Recommender:
        if segment.name not in models:
            model = models[segment.name] = segment.make_model()
            model.fit(past, lambda user: assign_segment(segments, user) is segment)
        return models[segment.name]

    def serve(query: Query, state: State) -> Sequence[tuple[int, float]]:
        segment = assign_segment(segments, User(query.user_type, len(query.history)))
        ranked = find_model(segment).recommend(query, state, _RANKED)
        return [(scored.item, scored.score) for scored in ranked]

    popular = {f"recently active {hours / 24:g} days": row for row, hours in enumerate(_half_lives(domain))}
    return {SERVED: serve} | {name: _rank_popular(MostPopular(row), past) for name, row in popular.items()}


def _half_lives(domain: Domain) -> Sequence[float]:
    return domain.state({}).half_lives


def _rank_popular(model: MostPopular, past: Dataset) -> _Ranker:
    opening = past.catalogue.categories.find(OPENING)

    def rank(query: Query, state: State) -> Sequence[tuple[int, float]]:
        ranked = model.recommend(query, state, 4 * _RANKED)
        of_applicants = (scored for scored in ranked if state.items.category[scored.item] != opening)
        return [(scored.item, scored.score) for scored in of_applicants][:_RANKED]

    return rank


def measure(ranked: Sequence[int], targets: frozenset[int]) -> dict[str, float]:
    """Return the metrics of one list.

    Args:
        ranked: best first.
        targets: not empty.
    """
    hits = np.array([item in targets for item in ranked], np.float64)
    ideal = (1 / np.log2(np.arange(min(10, len(targets))) + 2)).sum()
    gains = hits[:10] @ (1 / np.log2(np.arange(len(hits[:10])) + 2))
    recalls = {f"recall@{k}": float(hits[:k].sum() / len(targets)) for k in (10, 50, 1000)}
    return recalls | {"ndcg@10": float(gains / ideal)}


def summarise_find(scores: pl.DataFrame) -> Records:
    """Return the records of each period and model; intervals are bootstrapped over openings.

    Args:
        scores: see `FindResult`.
    """
    records: Records = []
    for (period,), part in scores.group_by("period", maintain_order=True):
        models = part["model"].unique(maintain_order=True).to_list()
        frames = {model: part.filter(pl.col("model") == model).sort("query_id") for model in models}
        values = {model: frame.select(METRICS).to_numpy() for model, frame in frames.items()}
        count = len(values[SERVED])
        label = Comparison(PROTOCOL, str(period), "applicants seen before", count, count, {SERVED: GOALS})
        records += compare_means(label, METRICS, values)
    return records
