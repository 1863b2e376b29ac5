"""Finds out how two files write the same ids differently."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

#: A difference is reported as the cause if removing it matches this share of the unmatched items.
_CAUSE_SHARE = 0.5

#: Differences in how two files write ids, and the expression that removes each.
_ID_DIFFERENCES: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "leading zeros": lambda item: item.str.strip_chars_start("0"),
    "a decimal point, such as 1.0": lambda item: item.str.replace(r"\.0+$", ""),
    "blanks around them": lambda item: item.str.strip_chars(),
    "upper and lower case": lambda item: item.str.to_lowercase(),
    "quotes around them": lambda item: item.str.strip_chars("\"'"),
    "a slash at the end": lambda item: item.str.strip_chars_end("/"),
    "a prefix before the number": lambda item: item.str.extract(r"(\d+)\D*$").str.strip_chars_start("0"),
}


def find_id_difference(unmatched: pl.DataFrame, catalogue: pl.DataFrame) -> str | None:
    """Return the difference that, removed, matches most of the unmatched ids; None if there is no such one.

    Args:
        unmatched: `item`, ids that the catalogue does not contain.
        catalogue: `item`, the ids of the catalogue.
    """
    for difference, remove in _ID_DIFFERENCES.items():
        left, right = (frame.select(remove(pl.col("item"))).drop_nulls() for frame in (unmatched, catalogue))
        if left.join(right.unique(), on="item", how="semi").height >= _CAUSE_SHARE * unmatched.height:
            return difference
    return None
