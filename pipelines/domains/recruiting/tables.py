"""Assembles the refined tables of recruiting from openings, applicants and applications."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.outcomes import merge_outcomes
from script_shared.domains.recruiting.tables import (
    APPLICANT,
    INTERACTIONS,
    ITEMS,
    OPENING,
    PROTECTED_COLUMNS,
    USERS,
    make_id,
)
from script_shared.tables import Tables


def to_interactions(applications: pl.DataFrame) -> pl.DataFrame:
    """Return two interactions for each application: of the opening with the applicant, and the reverse.

    Args:
        applications: opening_id, applicant_id, timestamp and further columns, which both interactions have.
    """
    forward = applications.rename({"opening_id": "user_id", "applicant_id": "item_id"})
    reverse = applications.rename({"applicant_id": "user_id", "opening_id": "item_id"})
    return pl.concat([forward, reverse.select(forward.columns)])


def assemble_tables(
    interactions: pl.DataFrame, items: pl.DataFrame, users: pl.DataFrame | None = None
) -> Tables:
    """Build tables that conform to the schemas.

    Args:
        interactions: valid interactions in both directions; columns that the schema lacks are dropped, and
            several rows of one application become one.
        items: valid openings and applicants, one row each; those that occur only in interactions are added.
        users: `user_id` and the protected attributes, where they are known.
    """
    columns = [column for column in INTERACTIONS.dtypes.names() if column in interactions.columns]
    rows = merge_outcomes(INTERACTIONS.conform(interactions.select(columns)))
    ordered = rows.sort("timestamp", "user_id", "item_id", maintain_order=True)
    catalogue = _add_missing_items(items, ordered)
    return Tables(
        interactions=ordered,
        items=ITEMS.conform(catalogue),
        users=USERS.conform(_list_users(ordered, catalogue, users)),
    )


def _add_missing_items(items: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    """Add the entities that only interactions name; the prefix of an id is its kind."""
    named = interactions.group_by("item_id").agg(published_at=pl.col("timestamp").min())
    kind = pl.col("item_id").str.extract(f"^({OPENING}|{APPLICANT}):", 1)
    missing = named.join(items, on="item_id", how="anti").with_columns(category=kind)
    return pl.concat([items, missing], how="diagonal").sort("item_id")


def _list_users(
    interactions: pl.DataFrame, items: pl.DataFrame, protected: pl.DataFrame | None
) -> pl.DataFrame:
    """Return one user for each item: an entity is both."""
    counts = interactions.group_by("user_id").agg(interactions=pl.len().cast(pl.UInt32))
    users = items.select(user_id="item_id", user_type="category").join(counts, on="user_id", how="left")
    users = users.with_columns(pl.col("interactions").fill_null(0)).sort("user_id")
    names = [column.name for column in PROTECTED_COLUMNS]
    if protected is None or not set(names) <= set(protected.columns):
        return users
    return users.join(protected.select("user_id", *names), on="user_id", how="left", maintain_order="left")


def fill_published_at(items: pl.DataFrame, applications: pl.DataFrame) -> pl.DataFrame:
    """Date an opening by its first application if it has any, an applicant by the first of both times.

    Args:
        items: openings and applicants with `published_at`, the time of the request or the registration.
        applications: opening_id, applicant_id and timestamp.
    """
    firsts = pl.concat(
        applications.group_by(item_id=f"{kind}_id").agg(first=pl.col("timestamp").min())
        for kind in (OPENING, APPLICANT)
    )
    known = items.join(firsts, on="item_id", how="left", maintain_order="left")
    earliest = pl.min_horizontal("published_at", "first")
    of_opening = pl.coalesce("first", "published_at")
    published = pl.when(pl.col("category") == OPENING).then(of_opening).otherwise(earliest)
    return known.with_columns(published_at=published).drop("first")


def prefix_ids(frame: pl.DataFrame, kind: str, column: str) -> pl.DataFrame:
    """Turn the codes of a column into ids of a kind of entity."""
    return frame.with_columns(pl.format(make_id(kind, "{}"), pl.col(column)).alias(column))
