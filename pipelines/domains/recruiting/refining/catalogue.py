"""Joins openings and applicants to one catalogue, and compares it with the applications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from pipelines.validation.id_differences import find_id_difference
from pipelines.validation.row_filter import RowFilter
from script_shared.domains.recruiting.tables import APPLICANT, OPENING

#: Below this share of known openings or applicants, files probably write codes differently.
MIN_KNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class KindMatch:
    """How many entities of a kind the applications and the catalogue have in common.

    Attributes:
        kind: `opening` or `applicant`.
        applied: distinct entities of the applications.
        known: those of them that the catalogue contains.
        described: entities of the catalogue.
        difference: how the codes of both differ, where that is known.
    """

    kind: str
    applied: int
    known: int
    described: int
    difference: str | None

    @property
    def report(self) -> Mapping[str, int | float]:
        """The counts and the share of known entities, for a report."""
        return {
            f"{self.kind}s with applications": self.applied,
            f"share of these {self.kind}s that are described": round(self.known / max(self.applied, 1), 4),
            f"{self.kind}s that are described": self.described,
        }

    @property
    def warnings(self) -> Iterator[str]:
        """A warning if the share is implausible, with the probable cause."""
        if self.described and self.known < MIN_KNOWN_SHARE * self.applied:
            cause = f"; their codes differ by {self.difference}" if self.difference else ""
            yield (
                f"only {self.known:,} of the {self.applied:,} {self.kind}s with applications are described"
                f"{cause}"
            )


def match_kind(applications: pl.DataFrame, items: pl.DataFrame, kind: str) -> KindMatch:
    """Compare the entities of a kind in the applications with those in the catalogue.

    Args:
        applications: `opening_id`, `applicant_id`.
        items: `item_id` of the entities that files describe, without repetitions.
        kind: `opening` or `applicant`.
    """
    applied = applications.select(item=pl.col(f"{kind}_id").unique())
    catalogue = items.filter(pl.col("category") == kind).select(item="item_id")
    unknown = applied.join(catalogue, on="item", how="anti")
    known = applied.height - unknown.height
    is_implausible = catalogue.height and known < MIN_KNOWN_SHARE * applied.height
    difference = None
    if is_implausible:
        codes = (frame.select(pl.col("item").str.strip_prefix(f"{kind}:")) for frame in (unknown, catalogue))
        difference = find_id_difference(*codes)
    return KindMatch(kind, applied.height, known, catalogue.height, difference)


def join_catalogue(openings: pl.DataFrame, applicants: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """Return one catalogue of openings and applicants.

    Args:
        openings: refined openings.
        applicants: refined applicants.
        titles: refined openings of which only title and contract are known; they fill what is missing.
    """
    both = openings.join(
        titles.select("item_id", "title", "contract"),
        on="item_id",
        how="left",
        suffix="_of_applications",
        maintain_order="left",
    )
    filled = both.with_columns(
        pl.coalesce(name, f"{name}_of_applications") for name in ("title", "contract")
    ).select(openings.columns)
    others = titles.join(openings, on="item_id", how="anti", maintain_order="left")
    return pl.concat([filled, others, applicants], how="diagonal")


def nullify_future(items: pl.DataFrame, now_ms: int, row_filters: Mapping[str, RowFilter]) -> pl.DataFrame:
    """Set `published_at` to null where it is later than now; count these by kind.

    Args:
        items: refined items.
        now_ms: ms UTC.
        row_filters: the filter of each category.
    """
    is_future = (pl.col("published_at").dt.epoch("ms") > now_ms).fill_null(value=False)
    for kind in (OPENING, APPLICANT):
        count = int(items.select((is_future & (pl.col("category") == kind)).sum()).item())
        row_filters[kind].count_change("published_at set to null: in the future", count)
    return items.with_columns(published_at=pl.when(~is_future).then("published_at"))
