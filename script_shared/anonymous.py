"""Interactions without a user: they count, but belong to nobody who could ask for recommendations.

In the refined interactions such a row has a synthetic `user_id`, one per session or, where no session is
known, one per row. It begins with a control character, which no request can carry, and has no row in the
users' table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: A synthetic user id begins with this: the unit separator.
ANONYMOUS_PREFIX = "\x1f"


def is_anonymous(user_id: pl.Expr) -> pl.Expr:
    """Return whether a `user_id` of the interactions is a synthetic one."""
    return user_id.str.starts_with(ANONYMOUS_PREFIX)
