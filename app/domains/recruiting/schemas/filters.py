"""Filters of openings and applicants: which of them a list may contain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from fastapi import Depends, Query

from app.schemas.fields import PRINTABLE, TIMESTAMP_FORMAT, Milliseconds
from app.serving.loaded_release import LoadedRelease
from script_shared.types import BoolArray

MAX_VALUES, MAX_LENGTH = 20, 200

_Value = Annotated[str, Query(min_length=1, max_length=MAX_LENGTH, pattern=PRINTABLE)]


def _values_query(noun: str) -> object:
    return Query(
        max_length=MAX_VALUES,
        description=f"Only those with this {noun}; repeated, with any of them: at most {MAX_VALUES} "
        f"values of at most {MAX_LENGTH} printable characters, as in the data.",
    )


@dataclass(frozen=True, slots=True)
class EntityFilters:
    """The filters of a request; they apply before the list is cut to its length.

    Attributes:
        values: by column of the catalogue, the values of which an entity must have one; empty for any.
        is_for_disabled: whether an opening must be reserved for people with a disability, or must not be;
            None for both.
        active_since_ms: only entities that were created or applied since then, ms UTC; None for all.
    """

    values: Mapping[str, Sequence[str]]
    is_for_disabled: bool | None = None
    active_since_ms: int | None = None

    def mask(self, release: LoadedRelease, kind: str) -> BoolArray:
        """Return which entities of a kind pass, by position; callers do not change the mask."""
        engine, matches = release.engine, release.catalogue.matches
        mask = matches("category", kind, engine.capacity)
        for column, values in self.values.items():
            if values:
                masks = [matches(column, value, engine.capacity) for value in values]
                mask = mask & np.logical_or.reduce(masks)
        if self.is_for_disabled is not None:
            mask = mask & matches("is_for_disabled", self.is_for_disabled, engine.capacity)
        if self.active_since_ms is not None:
            mask = mask & engine.active_since(self.active_since_ms)
        return mask


async def _read_values(
    city: Annotated[list[_Value], _values_query("city")] = [],  # noqa: B006 - never changed
    state: Annotated[list[_Value], _values_query("state")] = [],  # noqa: B006
    level: Annotated[list[_Value], _values_query("professional level")] = [],  # noqa: B006
    english: Annotated[list[_Value], _values_query("level of English")] = [],  # noqa: B006
    contract: Annotated[list[_Value], _values_query("contract, which openings have")] = [],  # noqa: B006
) -> Mapping[str, Sequence[str]]:
    return {"city": city, "state": state, "level": level, "english": english, "contract": contract}


async def _read_filters(
    values: Annotated[Mapping[str, Sequence[str]], Depends(_read_values)],
    is_for_disabled: Annotated[
        bool | None,
        Query(description="`true`: only openings for people with a disability; `false`: only others."),
    ] = None,
    active_since: Annotated[
        Milliseconds | None,
        Query(description=f"Only those created or with an application since then; {TIMESTAMP_FORMAT}."),
    ] = None,
) -> EntityFilters:
    return EntityFilters(values, is_for_disabled, active_since)


EntityFiltersDep = Annotated[EntityFilters, Depends(_read_filters)]
