"""Samples users deterministically, for development on a part of the data."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import polars as pl

from script_shared.anonymous import is_anonymous
from script_shared.errors import NotEnoughDataError
from script_shared.tables import Tables

_HASH_BYTES = 8


def sample_users(tables: Tables, share: float) -> Tables:
    """Keep a share of the users and anonymous sessions with all their interactions, and every item.

    The id alone decides who is kept: more data, another order or another run keep the same users.

    Args:
        tables: refined tables.
        share: between 0 and 1; 1 keeps all.

    Raises:
        NotEnoughDataError: the sample contains no user.
    """
    if share >= 1:
        return tables
    users = tables.users.filter(_is_kept(tables.users["user_id"], share))
    if not users.height:
        raise NotEnoughDataError(
            f"none of {tables.users.height} users is in a sample of {share:.0%}",
            remedy="set ENV=staging to work on all, or give more data",
        )
    sessions = tables.interactions.select("user_id").filter(is_anonymous(pl.col("user_id"))).unique()
    kept = pl.concat([users.select("user_id"), sessions.filter(_is_kept(sessions["user_id"], share))])
    interactions = tables.interactions.join(kept, on="user_id", how="semi", maintain_order="left")
    return replace(tables, interactions=interactions, users=users)


def _is_kept(ids: pl.Series, share: float) -> pl.Series:
    return ids.map_elements(lambda user: _hash_to_unit(user) < share, pl.Boolean)


def _hash_to_unit(user: str) -> float:
    """Return the hash of an id as a number in [0, 1)."""
    digest = hashlib.blake2b(user.encode(), digest_size=_HASH_BYTES).digest()
    return int.from_bytes(digest, "big") / 2 ** (8 * _HASH_BYTES)
