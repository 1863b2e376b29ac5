"""Extracts the region and the category of an article from its URL."""

from __future__ import annotations

import polars as pl

STATES = "ac|al|am|ap|ba|ce|df|es|go|ma|mg|ms|mt|pa|pb|pe|pi|pr|rj|rn|ro|rr|rs|sc|se|sp|to"
#: Path segments that name the kind of page; region and category precede the first of them.
PAGE_KINDS = "noticia|noticias|post|blog|video|videos|playlist|ao-vivo|quiz|especial|edicao"

#: The category of regional articles whose URL names no other.
REGIONAL = "regional"


def extract_region(url: pl.Expr) -> pl.Expr:
    """Return `<state>/<region>`, `<state>` if the URL names no region, and null for national articles.

    The region is kept because the regions of a state have different readers.
    """
    state, region, _ = _split_path(url)
    return pl.when(_is_state(state)).then(pl.concat_str([state, region], separator="/", ignore_nulls=True))


def extract_category(url: pl.Expr) -> pl.Expr:
    """Return the first path segment after the region, `regional` if there is none, null without a URL."""
    first, _, third = _split_path(url)
    return pl.when(_is_state(first)).then(third.fill_null(REGIONAL)).otherwise(first)


def _is_state(segment: pl.Expr) -> pl.Expr:
    return segment.str.contains(f"^(?:{STATES})$")


def _split_path(url: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return the first three path segments before the kind of page, null where there are fewer."""
    pattern = rf"^https?://[^/]+/(?:(.*?)/)?(?:{PAGE_KINDS}|\d{{4}})(?:/|$)"
    segments = url.str.extract(pattern).str.split("/").list
    first, second, third = (segments.get(position, null_on_oob=True) for position in range(3))
    return first, second, third
