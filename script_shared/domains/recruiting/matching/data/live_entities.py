"""The openings and applicants of a release, and what was reported of new and changed ones since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from script_shared.domains.recruiting.matching.data.entities import EntityTable
from script_shared.domains.recruiting.matching.data.entity_values import APPLICANT_COLUMNS, OPENING_COLUMNS
from script_shared.domains.recruiting.matching.data.match_data import MatchData
from script_shared.domains.recruiting.tables import OPENING
from script_shared.vocabulary import UNKNOWN, Vocabulary

#: The text columns of which each vector and set is made: one that is reported replaces it.
_SOURCES = {
    "titles": ("title",),
    "descriptions": ("title", "skills", "areas", "body"),
    "skills": ("title", "skills", "areas", "body"),
    "areas": ("areas",),
}


class LiveEntities:
    """Rows of openings and applicants by id; reported values replace those of the release.

    Args:
        data: the data of the release.
    """

    def __init__(self, data: MatchData) -> None:
        self._data = data
        self._rows: dict[str, EntityTable] = {}

    def find(self, item_id: str) -> EntityTable | None:
        """Return the table with the one row of an opening or an applicant; None where it is unknown."""
        live = self._rows.get(item_id)
        if live is not None:
            return live
        ids, table = self._select(item_id)
        position = ids.find(item_id)
        return None if position == UNKNOWN else table.take(np.array([position]))

    def collect(self, item_ids: list[str], columns: list[Mapping[str, Any]]) -> EntityTable:
        """Return one row for each entity; one that is unknown has the values of its columns only."""
        rows = [
            self.find(item_id) or self._encode(item_id, values)
            for item_id, values in zip(item_ids, columns, strict=True)
        ]
        return EntityTable.concatenate(rows)

    def update(self, item_id: str, values: Mapping[str, Any]) -> None:
        """Set the reported values of a new or changed entity; texts that are left out keep their vectors."""
        reported, known = self._encode(item_id, values), self.find(item_id)
        self._rows[item_id] = reported if known is None else _merge(known, reported, values)

    def forget(self, item_id: str) -> None:
        """Remove what is known of an entity, which then counts as one without any values."""
        self._rows[item_id] = self._encode(item_id, {})

    def _select(self, item_id: str) -> tuple[Vocabulary, EntityTable]:
        if item_id.startswith(f"{OPENING}:"):
            return self._data.opening_ids, self._data.openings
        return self._data.applicant_ids, self._data.applicants

    def _encode(self, item_id: str, values: Mapping[str, Any]) -> EntityTable:
        encoder = self._data.encoder
        if item_id.startswith(f"{OPENING}:"):
            return encoder.encode_openings([{name: values.get(name) for name in OPENING_COLUMNS}])
        return encoder.encode_applicants([{name: values.get(name) for name in APPLICANT_COLUMNS}])


def _merge(known: EntityTable, reported: EntityTable, values: Mapping[str, Any]) -> EntityTable:
    changes = {
        name: getattr(reported, name)
        for name, sources in _SOURCES.items()
        if any(values.get(s) for s in sources)
    }
    return replace(
        known,
        codes=np.where(reported.codes != UNKNOWN, reported.codes, known.codes).astype(np.int32),
        numbers=np.where(np.isnan(reported.numbers), known.numbers, reported.numbers),
        **changes,
    )
