"""What each status of an application says about the person and the opening, in one table.

A status is what was known when the data was exported. Three of four applications are still open: whether an
open one counts as a refusal is a choice, and the labels choose differently.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple


class StatusLabels(NamedTuple):
    """The labels of a status.

    Attributes:
        similarity_grade: the grade 1, .75, .5, .25 or 0 with which text models were first fine-tuned (s000).
        fit_grade: our grade, how much the status says for the person: NaN where it says nothing.
        is_match: the label of the pair classifier (s001); every other status is a no.
        is_hired: the label of hire predictions (s004); None for an application that is not decided.
        is_advanced: the client has met the person, or decided on them.
        is_forwarded: the firm proposed the person to who requested the opening.
        is_placed: a contract followed. The narrowest meaning of a hire.
    """

    similarity_grade: float
    fit_grade: float
    is_match: bool
    is_hired: bool | None
    is_advanced: bool
    is_forwarded: bool
    is_placed: bool = False


_UNKNOWN = math.nan
#: By status, with the reason of our grade. The first grade puts who was refused by the client below who was
#: never proposed, although the client has met them; ours does not.
LABELS: Mapping[str, StatusLabels] = {
    # Hired.
    "Contratado pela Decision": StatusLabels(1, 1, True, True, True, True, True),
    # Hired by the client itself. No match by s001, although it is a hire; kept as s001 has it.
    "Contratado como Hunting": StatusLabels(1, 1, False, True, True, True, True),
    # Chosen; the contract is being made, and may still fail.
    "Aprovado": StatusLabels(1, 0.95, True, True, True, True),
    "Encaminhar Proposta": StatusLabels(1, 0.95, True, True, True, True),
    "Proposta Aceita": StatusLabels(1, 0.95, True, True, True, True),
    # Chosen, and the documents are collected; s004 drops them.
    "Documentação PJ": StatusLabels(1, 0.95, False, None, True, True),
    "Documentação CLT": StatusLabels(1, 0.95, False, None, True, True),
    "Documentação Cooperado": StatusLabels(1, 0.95, False, None, True, True),
    # The client talks to the person.
    "Entrevista com Cliente": StatusLabels(0.75, 0.8, False, None, True, True),
    "Entrevista Técnica": StatusLabels(0.75, 0.7, False, None, True, True),
    # The client has met the person and took another: right enough to be met.
    "Não Aprovado pelo Cliente": StatusLabels(0, 0.5, False, False, True, True),
    # Refused on paper by who requested the opening.
    "Não Aprovado pelo Requisitante": StatusLabels(0, 0.4, False, False, False, True),
    # Proposed; nothing else is known.
    "Encaminhado ao Requisitante": StatusLabels(0.5, 0.35, False, None, False, True),
    "Em avaliação pelo RH": StatusLabels(0.75, 0.3, False, None, False, False),
    # The firm itself found the person unfit.
    "Não Aprovado pelo RH": StatusLabels(0, 0.1, False, False, False, False),
    "Recusado": StatusLabels(0, 0.1, False, False, False, False),
    # The person withdrew: how far they had come is not known.
    "Desistiu": StatusLabels(0.25, _UNKNOWN, False, False, False, False),
    "Sem interesse nesta vaga": StatusLabels(0.25, _UNKNOWN, False, False, False, False),
    # Chosen, and withdrew from the contract.
    "Desistiu da Contratação": StatusLabels(0.25, _UNKNOWN, False, False, True, True),
    # Listed, or came through the site: nobody has looked yet.
    "Prospect": StatusLabels(0.5, _UNKNOWN, False, None, False, False),
    "Inscrito": StatusLabels(0.5, _UNKNOWN, False, None, False, False),
}

#: The person was chosen (s004).
HIRED = tuple(status for status, labels in LABELS.items() if labels.is_hired)
#: The person was refused, or withdrew (s004).
REFUSED = tuple(status for status, labels in LABELS.items() if labels.is_hired is False)
#: A match (s001).
MATCHED = tuple(status for status, labels in LABELS.items() if labels.is_match)
#: A contract followed.
PLACED = tuple(status for status, labels in LABELS.items() if labels.is_placed)
#: The client has met the person, or decided on them.
ADVANCED = tuple(status for status, labels in LABELS.items() if labels.is_advanced)
#: The firm proposed the person.
FORWARDED = tuple(status for status, labels in LABELS.items() if labels.is_forwarded)
#: The person withdrew.
WITHDRAWN = tuple(status for status in REFUSED if status.startswith(("Desistiu", "Sem interesse")))
#: The client refused the person.
REFUSED_BY_CLIENT = ("Não Aprovado pelo Cliente",)
#: The firm, or who requested the opening, refused the person.
REFUSED_BEFORE_CLIENT = tuple(s for s in REFUSED if s not in (*WITHDRAWN, *REFUSED_BY_CLIENT))
