"""A sample of readers, the same ones every time: what a developer's machine works on."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import polars as pl

from script_shared.anonymous import is_anonymous
from script_shared.errors import NotEnoughDataError
from script_shared.tables import Tables

_BYTES = 8


def sample_readers(tables: Tables, share: float) -> Tables:
    """Keep some of the readers and anonymous sessions with all their reads, and every item.

    Who is kept depends on the id alone: more data, another order or another run keep the same readers.

    Args:
        tables: refined tables.
        share: between 0 and 1; 1 keeps all.

    Raises:
        NotEnoughDataError: no reader is in the sample.
    """
    if share >= 1:
        return tables
    users = tables.users.filter(_is_kept(tables.users["user_id"], share))
    if not users.height:
        raise NotEnoughDataError(
            f"none of {tables.users.height} readers is in a sample of {share:.0%}",
            remedy="set ENV=staging to work on all, or give more data",
        )
    sessions = tables.interactions.select("user_id").filter(is_anonymous(pl.col("user_id"))).unique()
    kept = pl.concat([users.select("user_id"), sessions.filter(_is_kept(sessions["user_id"], share))])
    reads = tables.interactions.join(kept, on="user_id", how="semi", maintain_order="left")
    return replace(tables, interactions=reads, users=users)


def _is_kept(ids: pl.Series, share: float) -> pl.Series:
    return ids.map_elements(lambda user: _place(user) < share, pl.Boolean)


def _place(user: str) -> float:
    """Return a number in [0, 1) that an id alone decides."""
    digest = hashlib.blake2b(user.encode(), digest_size=_BYTES).digest()
    return int.from_bytes(digest, "big") / 2 ** (8 * _BYTES)
