"""Filters that several doors take: which items may be in an answer at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
from fastapi import Depends

from app.schemas.query_parameters import Category, Exclude, MaxAge
from app.serving.loaded_release import LoadedRelease


@dataclass(frozen=True, slots=True)
class Filters:
    """What an answer may hold; they apply before it is cut to its length."""

    category: str | None
    exclude: Sequence[str]
    max_age_hours: float | None

    def among(self, served: LoadedRelease) -> npt.NDArray[np.bool_] | None:
        """Return by position which items are of the category; None where none is asked for."""
        if not self.category:
            return None
        return served.catalogue.among("category", self.category, served.engine.capacity)


#: All may be named.
NO_FILTERS = Filters(None, (), None)


async def _filters(
    category: Category = None,
    exclude: Exclude = [],  # noqa: B006 - never changed
    max_age_hours: MaxAge = None,
) -> Filters:
    return Filters(category, exclude, max_age_hours)


FiltersNow = Annotated[Filters, Depends(_filters)]
