"""The openings, applicants and applications that features of pairs are computed from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.matching.data.application_table import (
    ApplicationTable,
    order_applications,
    read_applications,
)
from script_shared.domains.recruiting.matching.data.entities import (
    EntityEncoder,
    EntityTable,
    TextVectorParameters,
)
from script_shared.domains.recruiting.matching.data.entity_values import (
    APPLICANT_COLUMNS,
    OPENING_COLUMNS,
    Values,
)
from script_shared.domains.recruiting.matching.features.pool_features import RANKED
from script_shared.domains.recruiting.tables import select_applicants, select_applications, select_openings
from script_shared.tables import Tables
from script_shared.types import FeatureArray
from script_shared.vocabulary import Vocabulary

if TYPE_CHECKING:
    import polars as pl

#: Entities that are encoded together.
_BLOCK = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class MatchData:
    """Openings, applicants and their applications.

    Attributes:
        encoder: turns plain values into rows of the tables.
        opening_ids, applicant_ids, recruiter_ids: ids by position.
        openings, applicants: one row a position.
        applications: by day, with the outcomes that were known on the last day.
        similarities: the `RANKED` features of the applications as of their own days.
    """

    encoder: EntityEncoder
    opening_ids: Vocabulary
    applicant_ids: Vocabulary
    recruiter_ids: Vocabulary
    openings: EntityTable
    applicants: EntityTable
    applications: ApplicationTable
    similarities: FeatureArray

    @classmethod
    def build(cls, tables: Tables, fit_day: int, end_day: int, parameters: TextVectorParameters) -> MatchData:
        """Build the data from refined tables; the similarities are zero.

        Args:
            tables: the refined tables.
            fit_day: text vectors are fitted on openings before this day, days since 1970.
            end_day: applications from this day on are left out, and outcomes that were updated then.
            parameters: of the text vectors.
        """
        applications = order_applications(select_applications(tables))
        openings, applicants = _order_openings(tables, applications, end_day), select_applicants(tables)
        encoder = _fit_encoder(openings, fit_day, end_day, parameters)
        opening_ids = _index(openings["opening_id"])
        applicant_ids, recruiter_ids = _index(applicants["applicant_id"]), _index(applications["recruiter"])
        table = read_applications(applications, opening_ids, applicant_ids, recruiter_ids).known_on(end_day)
        return cls(
            encoder=encoder,
            opening_ids=opening_ids,
            applicant_ids=applicant_ids,
            recruiter_ids=recruiter_ids,
            openings=_encode(openings, opening_ids, OPENING_COLUMNS, encoder.encode_openings),
            applicants=_encode(applicants, applicant_ids, APPLICANT_COLUMNS, encoder.encode_applicants),
            applications=table,
            similarities=np.zeros((len(table), len(RANKED)), np.float32),
        )

    def with_similarities(self, similarities: FeatureArray) -> MatchData:
        """Return the data with the similarities of all applications."""
        return replace(self, similarities=similarities)

    def dump(self) -> Bundle:
        """Return the arrays and the parameters of the texts."""
        return Bundle.nest(
            {
                "encoder": self.encoder.dump(),
                "opening_ids": Bundle(self.opening_ids.arrays()),
                "applicant_ids": Bundle(self.applicant_ids.arrays()),
                "recruiter_ids": Bundle(self.recruiter_ids.arrays()),
                "openings": Bundle(self.openings.dump()),
                "applicants": Bundle(self.applicants.dump()),
                "applications": Bundle({**self.applications.dump(), "similarities": self.similarities}),
            }
        )

    @classmethod
    def load(cls, bundle: Bundle) -> MatchData:
        """Restore the data from the result of `dump`."""
        applications = bundle.part("applications").arrays
        return cls(
            encoder=EntityEncoder.load(bundle.part("encoder")),
            opening_ids=Vocabulary.restore(bundle.part("opening_ids").arrays),
            applicant_ids=Vocabulary.restore(bundle.part("applicant_ids").arrays),
            recruiter_ids=Vocabulary.restore(bundle.part("recruiter_ids").arrays),
            openings=EntityTable.load(bundle.part("openings").arrays),
            applicants=EntityTable.load(bundle.part("applicants").arrays),
            applications=ApplicationTable.load(applications),
            similarities=np.asarray(applications["similarities"], np.float32),
        )


def _index(ids: pl.Series) -> Vocabulary:
    return Vocabulary.from_ids(ids.drop_nulls().unique())


def _order_openings(tables: Tables, applications: pl.DataFrame, end_day: int) -> pl.DataFrame:
    """Return the openings, the oldest first, with the `day` of the first application or the request."""
    import polars as pl

    firsts = applications.group_by("opening_id").agg(day=pl.col("timestamp").min().dt.epoch("d"))
    openings = select_openings(tables).join(firsts, on="opening_id", how="left", maintain_order="left")
    requested = pl.col("published_at").dt.epoch("d")
    return openings.with_columns(pl.coalesce("day", requested).fill_null(end_day)).sort("day", "opening_id")


def _fit_encoder(
    openings: pl.DataFrame, fit_day: int, end_day: int, parameters: TextVectorParameters
) -> EntityEncoder:
    known = openings.filter(openings["day"] < end_day)
    old = known.filter(known["day"] < fit_day)
    return EntityEncoder.fit(
        known.select(OPENING_COLUMNS).to_dicts(), old.select(OPENING_COLUMNS).to_dicts(), parameters
    )


def _encode(
    frame: pl.DataFrame,
    ids: Vocabulary,
    columns: Sequence[str],
    encode: Callable[[Sequence[Values]], EntityTable],
) -> EntityTable:
    """Return the table of entities in the order of their positions."""
    blocks = [encode(block.select(columns).to_dicts()) for block in _split(frame)]
    positions = np.array([ids.find(value) for value in frame[frame.columns[0]]], np.int64)
    return EntityTable.concatenate(blocks).take(np.argsort(positions))


def _split(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    yield from frame.iter_slices(_BLOCK) if len(frame) else [frame]
