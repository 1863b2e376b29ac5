"""Which columns of the refined tables the models read, and which they never do.

The stages give a model no other columns: `encode` reads those of `required_columns`, `train` those that a
classifier names.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.encoding.dataset import required_columns
from pipelines.plans.plan import Plan
from script_shared.domain import Parameters

#: Why no model may read a column, by table and column.
NEVER_READ: Mapping[tuple[str, str], str] = {
    ("users", "sex"): "protected attribute: only the audit reads it",
    ("users", "disability"): "protected attribute: only the audit reads it",
}
#: What the sources do not even read into the tables, in the words of the files.
NEVER_STORED: Mapping[str, str] = {
    "nome": "a name tells sex and origin",
    "data_nascimento, faixa_etaria": "age",
    "estado_civil": "marital status",
    "endereco, bairro": "address",
    "foto, cpf, redes sociais": "identity",
    "e-mail, telefone": "only whether there is one is kept",
    "comentario": "free notes, written with the outcome",
    "cargo_atual": "filled after the outcome",
}
#: The outcome: classifiers learn it from the past, and no feature contains it.
OUTCOME_COLUMNS = ("status", "updated_at")


def list_columns_read(plan: Plan, parameters: Parameters) -> dict[str, dict[str, list[str]]]:
    """Return, by model and refined table, the columns that are read.

    The models of all segments are `lists`; each classifier has its own name. A classifier that names no
    columns of a table is given all of them, here as in training.

    Args:
        plan: the domain's plan.
        parameters: the parameters to train with.
    """
    domain = plan.domain
    schemas = {schema.name: schema for schema in (domain.interactions, domain.items, domain.users)}
    every = {name: [column.name for column in schema.columns] for name, schema in schemas.items()}
    read = {name: classifier.columns for name, classifier in domain.classifiers(parameters).items()}
    return {
        name: every | {table: list(names) for table, names in columns.items()}
        for name, columns in {"lists": required_columns(plan), **read}.items()
    }
