"""What an address of the portal tells of an article: the region it is about and its theme."""

from __future__ import annotations

import polars as pl

STATES = "ac|al|am|ap|ba|ce|df|es|go|ma|mg|ms|mt|pa|pb|pe|pi|pr|rj|rn|ro|rr|rs|sc|se|sp|to"
#: Segments that tell what kind of page it is; region and theme stand before the first of them.
PAGE_KINDS = "noticia|noticias|post|blog|video|videos|playlist|ao-vivo|quiz|especial|edicao"

#: The theme of a region's articles that names no other.
REGIONAL = "regional"


def region_of(url: pl.Expr) -> pl.Expr:
    """Return `<state>/<region>` (`<state>` where there is no more), null for the rest of the portal.

    One state's regions are read by different people; who wants the state takes what is before
    the slash.
    """
    state, region, _ = _segments(url)
    return pl.when(_is_state(state)).then(pl.concat_str([state, region], separator="/", ignore_nulls=True))


def theme_of(url: pl.Expr) -> pl.Expr:
    """Return the first segment after the region, `regional` if there is none, null without an address."""
    first, _, third = _segments(url)
    return pl.when(_is_state(first)).then(third.fill_null(REGIONAL)).otherwise(first)


def _is_state(segment: pl.Expr) -> pl.Expr:
    return segment.str.contains(f"^(?:{STATES})$")


def _segments(url: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Return the first three segments of the path, null from the page's kind on."""
    pattern = rf"^https?://[^/]+/(?:(.*?)/)?(?:{PAGE_KINDS}|\d{{4}})(?:/|$)"
    places = url.str.extract(pattern).str.split("/").list
    first, second, third = (places.get(number, null_on_oob=True) for number in range(3))
    return first, second, third
