"""Protocol P4, the WebMedia 2023 challenge: predict the next items of users, graded by order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from rich.progress import track

from pipelines.domains.news.sources.webmedia import read_validation_set
from pipelines.plans.plan import Plan
from pipelines.stages.download import find_source
from pipelines.stages.evaluate import PREDICTION_SCHEMA, LazyModels
from script_shared.dataset import Dataset, encode_tables
from script_shared.domain import Domain, Parameters
from script_shared.evaluation.classification.graded_ndcg import K, graded_ndcg
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.sessions import summarise_sessions
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.components.popularity import MostPopular
from script_shared.segments import assign_segment
from script_shared.state.state import State
from script_shared.types import Query
from script_shared.vocabulary import UNKNOWN

PROTOCOL = "webmedia"
METRICS = ("graded_ndcg",)
#: The name of all users together in the summary.
EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class WebmediaResult:
    """The result of the protocol.

    Attributes:
        scores: protocol, model, segment, cutoff (0), query_id, graded_ndcg.
        predictions: protocol, model, segment, cutoff (0), query_id, rank, item_id.
    """

    scores: pl.DataFrame
    predictions: pl.DataFrame

    def summary(self) -> pl.DataFrame:
        """Return the mean of all users and of each segment, with 95 % intervals."""
        everyone = self.scores.with_columns(segment=pl.lit(EVERYONE))
        parts = [everyone, *self.scores.sort("segment").partition_by("segment")]
        columns = ("segment", "model", pl.col("sessions").alias("users"), "^graded_ndcg.*$")
        summaries = (
            summarise_sessions(part, METRICS).with_columns(segment=pl.lit(part["segment"][0]))
            for part in parts
        )
        return pl.concat(summary.select(columns) for summary in summaries)


def webmedia(
    plan: Plan, source: str, uri: str, scale: float = 1.0, users: int | None = None
) -> WebmediaResult:
    """Train on the challenge's interactions and recommend ten items to each user of its validation file.

    Args:
        plan: the plan of the domain news.
        source: `webmedia`, or `synthetic` for generated files.
        uri: folder or zip of the archive; ignored for generated files.
        scale: size of generated files.
        users: the maximum number of users, the first in the file; None for all.

    Raises:
        InputError: a file is missing or unusable.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        find_source(plan, source).acquire(uri, scale, folder)
        refined = find_source(plan, source).refine(folder)
        targets = _read_targets(folder, users)
    dataset = encode_tables(refined.tables, plan.domain.context, plan.weight, refined.as_of_ms)
    rankers = _Rankers(plan.domain, dataset, plan.choose_parameters(refined.tables))
    return _score(rankers, targets)


def _read_targets(folder: Path, users: int | None) -> Mapping[str, Sequence[str]]:
    """Return the next items of each user, in order."""
    interactions = read_validation_set(folder).reads.sort("place", maintain_order=True)
    items = interactions.group_by("user_id", maintain_order=True).agg("item_id")
    return dict(items.head(users or len(items)).iter_rows())


class _Rankers:
    """The service and the popularity baselines, fitted on all interactions."""

    def __init__(self, domain: Domain, dataset: Dataset, parameters: Parameters) -> None:
        self.dataset, self._segments = dataset, domain.segments(parameters)
        self._state = State.from_dataset(dataset, domain.state(parameters))
        self._models = SegmentModels(LazyModels(dataset, self._segments), dataset.newest_items())

    def rank(self, user_id: str) -> Iterator[tuple[str, str, list[str]]]:
        """Yield segment, model and ranked items for each model."""
        query = self._build_query(user_id)
        segment = assign_segment(self._segments, self.dataset.user(query.user, len(query.history)))
        ranked, _ = self._models.rank(segment, query, self._state, K)
        yield segment.name, SERVED, [self.dataset.items[scored.item] for scored in ranked]
        for row, hours in enumerate(self._state.parameters.half_lives):
            most_popular = MostPopular(row).recommend(query, self._state, K)
            yield segment.name, f"most_popular_{hours:g}h", [self.dataset.items[x.item] for x in most_popular]

    def _build_query(self, user_id: str) -> Query:
        user = self.dataset.users.find(user_id)
        keys = (UNKNOWN,) * len(self.dataset.context)
        user_type = self.dataset.user_types[user] if user != UNKNOWN else None
        return self._state.query(user, self.dataset.as_of_ms, keys=keys, user_type=user_type)


def _score(rankers: _Rankers, targets: Mapping[str, Sequence[str]]) -> WebmediaResult:
    scores, predictions = [], []
    for user_id, items in track(targets.items(), "webmedia"):
        for segment, model, ranked in rankers.rank(user_id):
            label = {
                "protocol": PROTOCOL,
                "model": model,
                "segment": segment,
                "cutoff": 0,
                "query_id": user_id,
            }
            scores.append(label | {"graded_ndcg": graded_ndcg(ranked, items)})
            predictions += [label | {"rank": r, "item_id": item} for r, item in enumerate(ranked, start=1)]
    return WebmediaResult(pl.DataFrame(scores), pl.DataFrame(predictions, PREDICTION_SCHEMA))
