"""Encodes refined tables as a data set: ids become integers, texts become vectors."""

from __future__ import annotations

from pathlib import Path

from pipelines.encoding.arrays import write_bundles, write_dataset
from pipelines.encoding.item_vectors import TextRules, TextVectors, vectorize_items
from pipelines.plans.plan import Plan
from script_shared.dataset import Dataset, encode_tables
from script_shared.domain import Parameters
from script_shared.tables import Tables


def encode_dataset(
    folder: Path, plan: Plan, tables: Tables, as_of_ms: int, earlier: TextVectors | None = None
) -> tuple[Dataset, Parameters, TextVectors]:
    """Encode tables and texts, and write them and the parameters to train with to a folder.

    Args:
        folder: the target folder.
        plan: the domain's plan.
        tables: contain at least the columns of `required_columns`.
        as_of_ms: interactions at or after this time, ms UTC, are left out.
        earlier: vectors of an earlier run, which are reused if they are still valid.

    Returns:
        The data set, the parameters and the text vectors.
    """
    dataset, parameters = encode_ids(folder, plan, tables, as_of_ms)
    vectors = vectorize_items(dataset, tables.items, TextRules.for_domain(plan.domain, parameters), earlier)
    write_bundles(folder, vectors.to_bundles())
    return dataset, parameters, vectors


def encode_ids(folder: Path, plan: Plan, tables: Tables, as_of_ms: int) -> tuple[Dataset, Parameters]:
    """Encode tables without texts, and write them and the parameters; see `encode_dataset`."""
    parameters = plan.choose_parameters(tables)
    domain = plan.domain
    dataset = encode_tables(
        tables, domain.context, plan.weight, as_of_ms, users_are_items=domain.users_are_items
    )
    write_dataset(folder, dataset, parameters)
    return dataset, parameters


def required_columns(plan: Plan) -> dict[str, list[str]]:
    """Return, by refined table, the columns that encoding reads: no model of a segment knows others."""
    domain = plan.domain
    known = {column.name for column in domain.items.columns}
    items = ("item_id", "published_at", "category", *domain.composition.columns, *domain.displayed)
    interactions = ("user_id", "item_id", "timestamp", *domain.context, *plan.weight.meta.root_names())
    return {
        "interactions": list(dict.fromkeys(interactions)),
        "items": [name for name in dict.fromkeys(items) if name in known],
        "users": ["user_id", "user_type"],
    }
