"""The statuses of decided applications."""

from __future__ import annotations

#: The person was chosen.
HIRED = (
    "Contratado pela Decision",
    "Contratado como Hunting",
    "Aprovado",
    "Proposta Aceita",
    "Encaminhar Proposta",
)
#: The person was refused, or withdrew.
REFUSED = (
    "Não Aprovado pelo Cliente",
    "Não Aprovado pelo RH",
    "Não Aprovado pelo Requisitante",
    "Recusado",
    "Desistiu",
    "Desistiu da Contratação",
    "Sem interesse nesta vaga",
)
