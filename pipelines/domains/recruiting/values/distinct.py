"""Applies a function to the distinct texts of a column, because fields of forms have few."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl


def map_distinct(
    texts: pl.Series, function: Callable[[str], object], dtype: type[pl.DataType] = pl.String
) -> pl.Series:
    """Return the result of a function for each text; null stays null.

    Args:
        texts: a column of text.
        function: returns a value of `dtype`, or None.
        dtype: the type of the result.
    """
    distinct = texts.drop_nulls().unique()
    results = pl.Series([function(text) for text in distinct], dtype=dtype)
    return texts.replace_strict(distinct, results, default=None, return_dtype=dtype)
