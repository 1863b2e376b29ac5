"""The statuses of an application; the outcome, which is never a feature."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.values.distinct import map_distinct
from pipelines.domains.recruiting.values.folding import fold

#: All statuses of the published data.
STATUSES = (
    *("Inscrito", "Prospect", "Encaminhado ao Requisitante", "Em avaliação pelo RH", "Entrevista Técnica"),
    *("Entrevista com Cliente", "Aprovado", "Encaminhar Proposta", "Proposta Aceita", "Documentação CLT"),
    *("Documentação Cooperado", "Documentação PJ", "Contratado pela Decision", "Contratado como Hunting"),
    *("Não Aprovado pelo RH", "Não Aprovado pelo Requisitante", "Não Aprovado pelo Cliente", "Recusado"),
    *("Desistiu", "Desistiu da Contratação", "Sem interesse nesta vaga"),
)
_BY_FOLDED_NAME = {fold(status): status for status in STATUSES}


def normalise_statuses(statuses: pl.Series) -> pl.Series:
    """Spell known statuses as the published data does; unknown ones stay as they are."""
    return map_distinct(statuses, lambda text: _BY_FOLDED_NAME.get(fold(text), text))


def find_unknown_statuses(statuses: pl.Series) -> dict[str, int]:
    """Return the unknown statuses and their numbers of rows, the most frequent first."""
    unknown = statuses.drop_nulls().filter(~statuses.drop_nulls().is_in(STATUSES))
    counts = unknown.alias("status").value_counts().sort("count", "status", descending=[True, False])
    return dict(counts.iter_rows())
