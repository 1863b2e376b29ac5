"""Protocol P4, the challenge of WebMedia 2023: the next pages of readers, graded in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from rich.progress import track

from pipelines.domains import load
from pipelines.domains.news.sources.webmedia import read_validation_set
from pipelines.stages.download import source_of
from pipelines.stages.evaluate import PREDICTIONS, FittedOnDemand
from script_shared.dataset import Dataset, encode_tables
from script_shared.domain import Domain, Parameters
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.graded_ndcg import K, graded_ndcg
from script_shared.evaluation.sessions import summarise_sessions
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.components.popularity import MostPopular
from script_shared.segments import assign_segment
from script_shared.state.state import State
from script_shared.types import Query
from script_shared.vocabulary import UNKNOWN

PROTOCOL = "webmedia"
METRICS = ("graded_ndcg",)
#: All readers together, beside their segments.
EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the protocol found.

    Attributes:
        scores: protocol, model, segment, cutoff (0), query_id, graded_ndcg.
        predictions: protocol, model, segment, cutoff (0), query_id, rank, item_id.
    """

    scores: pl.DataFrame
    predictions: pl.DataFrame

    def summary(self) -> pl.DataFrame:
        """Return the mean of each segment and of everyone, with 95 % intervals, the product's first."""
        everyone = self.scores.with_columns(segment=pl.lit(EVERYONE))
        parts = [everyone, *self.scores.sort("segment").partition_by("segment")]
        tables = [
            summarise_sessions(part, METRICS).select(
                pl.lit(part["segment"][0]).alias("segment"),
                "model",
                pl.col("sessions").alias("users"),
                "^graded_ndcg.*$",
            )
            for part in parts
        ]
        return pl.concat(tables)


def webmedia(source: str, uri: str, scale: float = 1.0, users: int | None = None) -> Outcome:
    """Train on the challenge's reads and recommend ten pages to each reader that it asks about.

    Args:
        source: `webmedia`, or `synthetic` for generated files.
        uri: folder or zip of the archive; not used for generated files.
        scale: size of generated files.
        readers: at most so many, the first in the file; None is all.

    Raises:
        InputError: a file is missing or cannot be used.
    """
    plan = load("news")
    with TemporaryDirectory() as name:
        folder = Path(name)
        source_of(plan, source).acquire(uri, scale, folder)
        refined = source_of(plan, source).refine(folder)
        wanted = _wanted(folder, users)
    dataset = encode_tables(refined.tables, plan.domain.context, plan.weight, refined.as_of_ms)
    asked = _Asked(plan.domain, dataset, plan.parameters(refined.tables))
    return _score(asked, wanted)


def _wanted(folder: Path, users: int | None) -> Mapping[str, Sequence[str]]:
    """Return the next pages of each reader, in the order they were read."""
    interactions = read_validation_set(folder).reads.sort("place", maintain_order=True)
    pages = (
        interactions.group_by("user_id", maintain_order=True).agg("item_id").head(users or len(interactions))
    )
    return dict(pages.iter_rows())


class _Asked:
    """The product and the most read lists, fitted on all that was read."""

    def __init__(self, domain: Domain, dataset: Dataset, parameters: Parameters) -> None:
        self.dataset, self._segments = dataset, domain.segments(parameters)
        self._state = State.from_dataset(dataset, domain.state(parameters))
        self._ranker = SegmentModels(FittedOnDemand(dataset, self._segments), dataset.newest_items())

    def lists(self, reader: str) -> Iterator[tuple[str, str, list[str]]]:
        """Give segment, model and list for each model."""
        query = self._query(reader)
        segment = assign_segment(self._segments, self.dataset.user(query.user, len(query.history)))
        ranked, _ = self._ranker.rank(segment, query, self._state, K)
        yield segment.name, SERVED, [self.dataset.items[each.item] for each in ranked]
        for row, hours in enumerate(self._state.parameters.half_lives):
            most_popular = MostPopular(row).recommend(query, self._state, K)
            yield segment.name, f"most_popular_{hours:g}h", [self.dataset.items[x.item] for x in most_popular]

    def _query(self, reader: str) -> Query:
        user = self.dataset.users.find(reader)
        keys = (UNKNOWN,) * len(self.dataset.context)
        known = self.dataset.user_types[user] if user != UNKNOWN else None
        return self._state.query(user, self.dataset.as_of_ms, keys=keys, user_type=known)


def _score(asked: _Asked, wanted: Mapping[str, Sequence[str]]) -> Outcome:
    scores, predictions = [], []
    for reader, pages in track(wanted.items(), "webmedia"):
        for segment, model, ranked in asked.lists(reader):
            label = {
                "protocol": PROTOCOL,
                "model": model,
                "segment": segment,
                "cutoff": 0,
                "query_id": reader,
            }
            scores.append(label | {"graded_ndcg": graded_ndcg(ranked, pages)})
            predictions += [label | {"rank": r, "item_id": item} for r, item in enumerate(ranked, start=1)]
    return Outcome(pl.DataFrame(scores), pl.DataFrame(predictions, PREDICTIONS))
