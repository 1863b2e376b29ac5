"""Interactions without a user: they are counted, but no user can request recommendations for them.

In the refined interactions such a row has a synthetic `user_id`: one per session or, where the session is
unknown, one per row. It begins with a control character, which no request can contain, and it is not in the
table of users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

#: The first character of a synthetic user id: the unit separator.
ANONYMOUS_PREFIX = "\x1f"


def is_anonymous(user_id: pl.Expr) -> pl.Expr:
    """Return whether a `user_id` is synthetic."""
    return user_id.str.starts_with(ANONYMOUS_PREFIX)
