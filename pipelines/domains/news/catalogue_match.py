"""How far the reads and the catalogue name the same items, and why they may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

#: With fewer of the items read in the catalogue, their ids are probably written in another way.
KNOWN_SHARE = 0.5
#: With fewer of the catalogue's rows ever read, it is probably another one: of the 364,000 articles in
#: Globo.com's archive 13 % were read in two weeks.
READ_SHARE = 0.01
#: So many of the unknown items must be known after a change of their ids for it to be named as the cause.
_CAUSE_SHARE = 0.5

#: What may be done differently in both files, and what makes both alike.
_CAUSES: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "leading zeros": lambda item: item.str.strip_chars_start("0"),
    "a decimal point, such as 1.0": lambda item: item.str.replace(r"\.0+$", ""),
    "blanks around them": lambda item: item.str.strip_chars(),
    "upper and lower case": lambda item: item.str.to_lowercase(),
    "quotes around them": lambda item: item.str.strip_chars("\"'"),
    "a slash at the end": lambda item: item.str.strip_chars_end("/"),
    "a prefix before the number": lambda item: item.str.extract(r"(\d+)\D*$").str.strip_chars_start("0"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """How far reads and catalogue match.

    Attributes:
        read: distinct items that were read.
        known: those of them that the catalogue describes.
        described: rows of the catalogue.
        cause: in what the ids of both differ, where that is known.
    """

    read: int
    known: int
    described: int
    cause: str | None

    @property
    def report(self) -> dict[str, int | float]:
        """The counts and shares for a report; empty without a catalogue."""
        if not self.described:
            return {}
        return {
            "items that were read": self.read,
            "of these in the catalogue": self.known,
            "share of read items that the catalogue knows": round(self.known / max(self.read, 1), 4),
            "rows of the catalogue": self.described,
            "share of catalogue rows that were read": round(self.known / self.described, 4),
        }

    @property
    def warnings(self) -> Iterator[str]:
        """What is strange, and the likely cause."""
        if not self.described:
            return
        cause = f"; their ids differ by {self.cause}" if self.cause else ""
        if self.known < KNOWN_SHARE * self.read:
            yield (
                f"only {self.known} of the {self.read} items that were read are described{cause}: "
                "check that both files write ids alike"
            )
        elif self.known < READ_SHARE * self.described:
            yield (
                f"only {self.known} of the {self.described} rows of the catalogue were ever read{cause}: "
                "check that it is the catalogue of these reads"
            )


def match_items(read: pl.Series, described: pl.Series) -> Match:
    """Compare the items that were read with a catalogue.

    Args:
        read: `item_id` of the reads.
        described: `item_id` of the catalogue, each once.
    """
    distinct, catalogue = (ids.unique().cast(pl.String).alias("item").to_frame() for ids in (read, described))
    unknown = distinct.join(catalogue, on="item", how="anti")
    known = distinct.height - unknown.height
    few = known < max(KNOWN_SHARE * distinct.height, 1)
    cause = _find_cause(unknown, catalogue) if few else None
    return Match(distinct.height, known, catalogue.height, cause)


def _find_cause(unknown: pl.DataFrame, catalogue: pl.DataFrame) -> str | None:
    for cause, change in _CAUSES.items():
        left, right = (frame.select(change(pl.col("item"))).drop_nulls() for frame in (unknown, catalogue))
        if left.join(right.unique(), on="item", how="semi").height >= _CAUSE_SHARE * unknown.height:
            return cause
    return None
