"""The schemas of the refined recruiting tables, and their views by kind of entity.

Openings and applicants are the items of one catalogue, and both are users: the category of an item is its
kind. An application is two interactions, one in each direction, so that either side has a history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from script_shared.tables import INTERACTION_COLUMNS, ITEM_COLUMNS, USER_COLUMNS, Column, Schema, Tables

if TYPE_CHECKING:
    import polars as pl

#: The kinds of entities: the category of an item, the type of a user, and the prefix of their ids.
OPENING, APPLICANT = "opening", "applicant"

#: Columns of both kinds. `body` and `skills` of an opening are its activities and its required competencies,
#: those of an applicant the CV and the technical knowledge.
SHARED_COLUMNS = (
    Column("body", "String"),
    Column("skills", "String"),
    Column("areas", "String"),
    Column("location", "String"),
    Column("city", "String"),
    Column("state", "String"),
    Column("level", "String"),
    Column("degree", "String"),
    Column("english", "String"),
    Column("spanish", "String"),
    Column("other_language", "String"),
)
#: Columns of openings only; `value` is what the client pays, as text.
OPENING_COLUMNS = (
    Column("contract", "String"),
    Column("client", "String"),
    Column("analyst", "String"),
    Column("priority", "String"),
    Column("objective", "String"),
    Column("origin", "String"),
    Column("is_sap", "Boolean"),
    Column("is_for_disabled", "Boolean"),
    Column("value", "String"),
)
#: Columns of applicants only. `salary` is in R$ a month. `is_complete` is false for a partial record, whose
#: empty fields are unknown.
APPLICANT_COLUMNS = (
    Column("certificates", "String"),
    Column("other_certificates", "String"),
    Column("salary", "Float32"),
    Column("has_email", "Boolean"),
    Column("has_phone", "Boolean"),
    Column("has_linkedin", "Boolean"),
    Column("has_location", "Boolean"),
    Column("has_objective", "Boolean"),
    Column("has_corporate_email", "Boolean"),
    Column("is_complete", "Boolean"),
)
#: What became of an application; never a feature of a model.
OUTCOME_COLUMNS = (Column("status", "String"), Column("updated_at", "Timestamp"))

INTERACTIONS = Schema("interactions", (*INTERACTION_COLUMNS, Column("recruiter", "String"), *OUTCOME_COLUMNS))
ITEMS = Schema(
    "items", (*ITEM_COLUMNS, *SHARED_COLUMNS, *OPENING_COLUMNS, *APPLICANT_COLUMNS), key=("item_id",)
)
#: Protected attributes: only the impact audit reads them, no model does.
PROTECTED_COLUMNS = (Column("sex", "String"), Column("disability", "String"))
USERS = Schema(
    "users",
    (*USER_COLUMNS, Column("interactions", "UInt32", nullable=False), *PROTECTED_COLUMNS),
    key=("user_id",),
)


def make_id(kind: str, code: str) -> str:
    """Return the id of an entity, such as `opening:5185`."""
    return f"{kind}:{code}"


def select_openings(tables: Tables) -> pl.DataFrame:
    """Return the openings: `opening_id`, item, shared and openings' columns, where present."""
    return _select_kind(tables, OPENING, (*SHARED_COLUMNS, *OPENING_COLUMNS))


def select_applicants(tables: Tables) -> pl.DataFrame:
    """Return the applicants: `applicant_id`, item, shared and applicants' columns, where present."""
    return _select_kind(tables, APPLICANT, (*SHARED_COLUMNS, *APPLICANT_COLUMNS))


def _select_kind(tables: Tables, kind: str, columns: tuple[Column, ...]) -> pl.DataFrame:
    import polars as pl

    items = tables.items.filter(pl.col("category") == kind).rename({"item_id": f"{kind}_id"})
    names = (f"{kind}_id", "published_at", "title", *(column.name for column in columns))
    return items.select(name for name in names if name in items.columns)


def select_applications(tables: Tables) -> pl.DataFrame:
    """Return the applications, one row each, by time.

    Returns:
        opening_id, applicant_id, timestamp, recruiter, status, updated_at.
    """
    import polars as pl

    of_openings = tables.interactions.filter(pl.col("user_id").str.starts_with(f"{OPENING}:"))
    return of_openings.rename({"user_id": "opening_id", "item_id": "applicant_id"})
