"""The applications of a period with their features, and those before it that models are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from pipelines.domains.recruiting.benchmark.periods import UNDECIDED_DAYS
from script_shared.domain import Domain, Parameters
from script_shared.domains.recruiting.matching.data.application_table import order_applications, to_days
from script_shared.domains.recruiting.matching.data.labelled_applications import LabelledApplications, to_day
from script_shared.domains.recruiting.matching.data.match_data import MatchData
from script_shared.domains.recruiting.matching.data.training_rows import TrainingRows
from script_shared.domains.recruiting.matching.feature_builder import FeatureBuilder
from script_shared.domains.recruiting.matching.features.feature_table import feature_groups
from script_shared.domains.recruiting.matching.parameters import MatchParameters
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, select_applications
from script_shared.models.ranking.training_samples import Period
from script_shared.segments import assign_segment
from script_shared.tables import Tables
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray, User
from script_shared.vocabulary import UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class PeriodData:
    """The applications of a period, and those whose outcome was known before it.

    Attributes:
        day: the first day of the period, days since 1970.
        applications: all applications by day: opening_id, applicant_id, timestamp, status, updated_at.
        builder: of the features; texts are fitted on openings before the period.
        features: of all applications as of their own days, shape (applications, features).
        known: rows of the applications that were known with their outcome before the period.
        tested: rows of the applications of the period.
        request_features: those of the tested applications in a request, which does not name their recruiters.
    """

    day: int
    applications: pl.DataFrame
    builder: FeatureBuilder
    features: FeatureArray
    known: IntArray
    tested: IntArray
    request_features: FeatureArray

    @classmethod
    def build(cls, tables: Tables, period: Period, parameters: MatchParameters) -> PeriodData:
        """Compute the features of all applications up to the end of a period.

        Args:
            tables: the refined tables.
            period: the period.
            parameters: of the texts.
        """
        applications = order_applications(select_applications(tables))
        day, end = to_day(period.start_ms), to_day(period.end_ms)
        builder = FeatureBuilder.from_applications(MatchData.build(tables, day, end, parameters.texts))
        labels = LabelledApplications.read(tables, ())
        tested = labels.of_period(day, end)
        return cls(
            day,
            applications,
            builder,
            builder.build_past(np.arange(len(builder.data.applications))),
            labels.known_before(day)[-parameters.max_rows :],
            tested,
            _hide_recruiters(builder).build_past(tested),
        )

    @property
    def test_features(self) -> FeatureArray:
        """The features of the period's applications, shape (tested, features)."""
        return self.features[self.tested]

    @property
    def openings(self) -> IntArray:
        """The opening of each of the period's applications, shape (tested,)."""
        return self.builder.data.applications.openings[self.tested]

    @property
    def is_old_enough(self) -> BoolArray:
        """Which of the period's applications are not of the last, undecided days of the data."""
        days = to_days(self.applications["timestamp"])
        return np.asarray(days[self.tested] < days.max() + 1 - UNDECIDED_DAYS)

    def has_status(self, statuses: Sequence[str]) -> BoolArray:
        """Return which of all applications have one of these statuses."""
        return self.applications["status"].fill_null("").is_in(statuses).to_numpy()

    def train_on(self, statuses: Sequence[str], population: BoolArray | None = None) -> TrainingRows:
        """Return the known applications with the label "has one of these statuses".

        Args:
            statuses: of the label.
            population: which of all applications count; all by default.
        """
        rows = self.known if population is None else self.known[population[self.known]]
        table = self.builder.data.applications
        return TrainingRows(
            self.features[rows],
            self.has_status(statuses)[rows],
            table.days[rows],
            table.openings[rows],
            table.outcomes[rows],
        )

    def list_predictions(
        self, protocol: str, segments: Sequence[str], scores: FloatArray, ranks: IntArray | None = None
    ) -> pl.DataFrame:
        """Return the predictions of the service on the period's applications.

        Args:
            protocol: the name of the protocol.
            segments: of each application.
            scores: shape (tested,).
            ranks: from 1, shape (tested,).
        """
        rows = self.applications[self.tested]
        return pl.DataFrame(
            {
                "query_id": rows["opening_id"],
                "item_id": rows["applicant_id"],
                "segment": segments,
                "score": scores,
                "rank": pl.Series(ranks, dtype=pl.Int64) if ranks is not None else None,
            }
        ).select(
            pl.lit(protocol).alias("protocol"),
            pl.lit("served").alias("model"),
            "segment",
            "query_id",
            pl.col("rank").cast(pl.Int64),
            "item_id",
            pl.col("score").cast(pl.Float64),
        )


def _hide_recruiters(builder: FeatureBuilder) -> FeatureBuilder:
    table = builder.data.applications
    unknown = np.full_like(table.recruiters, UNKNOWN)
    return FeatureBuilder(replace(builder.data, applications=replace(table, recruiters=unknown)))


def find_segments(domain: Domain, parameters: Parameters, data: PeriodData) -> tuple[list[str], list[str]]:
    """Return the segments of the openings on their first day, and of the applicants on the day.

    Args:
        domain: the recruiting domain.
        parameters: of training.
        data: the period.
    """
    segments = domain.segments(parameters)
    counts = data.test_features[:, list(feature_groups()).index("person_applications")].tolist()
    of_opening = assign_segment(segments, User(OPENING, 0)).name
    of_applicants = [assign_segment(segments, User(APPLICANT, int(count))).name for count in counts]
    return [of_opening] * len(counts), of_applicants
