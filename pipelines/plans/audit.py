"""The audit of adverse impact of a run: who is selected, by groups that no model knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from script_shared.evaluation.impact import FOUR_FIFTHS, audit_selection
from script_shared.storage.volume import Volume
from script_shared.types import BoolArray


@dataclass(frozen=True, slots=True)
class AuditedRun:
    """What an audit may read.

    Attributes:
        volume, run: where the refined tables and the trained models of the run are stored.
        predictions: the lists of the evaluated periods: segment, model, cutoff (ms UTC), query_id, rank and
            item_id.
    """

    volume: Volume
    run: str
    predictions: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Selection:
    """Persons who were assessed, and who of them was selected.

    Attributes:
        name: identifies the selection in the audit.
        description: what it means to be selected, in a sentence.
        persons: distinct ids.
        selected: shape (persons,).
    """

    name: str
    description: str
    persons: Sequence[str]
    selected: BoolArray

    @classmethod
    def above_median(
        cls, name: str, description: str, persons: Sequence[str], scores: npt.ArrayLike
    ) -> Selection:
        """Select who scores above the median of all, as New York City's Local Law 144 counts scores."""
        values = np.asarray(scores, np.float64)
        return cls(name, description, persons, values > np.median(values) if len(values) else values > 0)


#: Returns the selections of a run, and by attribute the group of each person whose group is known.
Audit = Callable[[AuditedRun], tuple[Sequence[Selection], Mapping[str, Mapping[str, str]]]]


def audit_selections(
    selections: Sequence[Selection], attributes: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Compare the selection rates of the groups of each attribute.

    Args:
        selections: what is audited.
        attributes: by name of the attribute the group of a person by id; others are unknown.

    Returns:
        JSON values: `four_fifths`; `selections`, each with the numbers of assessed and selected persons and
        an audit by attribute (see `ImpactAudit.document`); and `alarms`, one for each group whose ratio is
        below four fifths by more than chance.
    """
    described = [_audit(selection, attributes) for selection in selections]
    alarms = [
        {"selection": entry["name"], "attribute": attribute, "group": group}
        for entry in described
        for attribute, audit in entry["audits"].items()
        for group in audit["alarms"]
    ]
    return {"four_fifths": FOUR_FIFTHS, "selections": described, "alarms": alarms}


def _audit(selection: Selection, attributes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    audits = {
        attribute: audit_selection([groups.get(person) for person in selection.persons], selection.selected)
        for attribute, groups in attributes.items()
    }
    return {
        "name": selection.name,
        "description": selection.description,
        "persons": len(selection.persons),
        "selected": int(selection.selected.sum()),
        "audits": {attribute: audit.document() for attribute, audit in audits.items()},
    }
