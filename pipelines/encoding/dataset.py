"""A data set of refined tables: every id a position, every text a vector."""

from __future__ import annotations

from pathlib import Path

from pipelines.encoding.arrays import write_bundles, write_encoded
from pipelines.encoding.item_vectors import Description, Rules, describe
from pipelines.plan import Plan
from script_shared.dataset import Dataset, encode_tables
from script_shared.domain import Parameters
from script_shared.tables import Tables


def encode_into(
    folder: Path, plan: Plan, tables: Tables, as_of_ms: int, earlier: Description | None = None
) -> tuple[Dataset, Parameters, Description]:
    """Encode and describe tables, write all of it and the parameters to train with into `folder`; return it.

    Args:
        folder: where it goes.
        plan: the domain's.
        tables: with the columns that `columns_of` names, at least.
        as_of_ms: interactions at or after this moment are left out.
        earlier: whose vectors are taken over where its space still serves.
    """
    dataset, parameters = encode_ids_into(folder, plan, tables, as_of_ms)
    description = describe(dataset, tables.items, Rules.of(plan.domain, parameters), earlier)
    write_bundles(folder, description.bundles())
    return dataset, parameters, description


def encode_ids_into(folder: Path, plan: Plan, tables: Tables, as_of_ms: int) -> tuple[Dataset, Parameters]:
    """Encode tables and write them and the parameters; as `encode_into`, but texts have no vectors yet."""
    parameters = plan.parameters(tables)
    dataset = encode_tables(tables, plan.domain.context, plan.weight, as_of_ms)
    write_encoded(folder, dataset, parameters)
    return dataset, parameters


def columns_of(plan: Plan) -> dict[str, list[str]]:
    """Name the columns of the interactions that encoding looks at; others need not be read."""
    needed = ("user_id", "item_id", "timestamp", *plan.domain.context, *plan.weight.meta.root_names())
    return {"interactions": list(dict.fromkeys(needed))}
