"""Filters of a request: which items an answer may contain."""

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
    """The filters of a request; they apply before the list is cut to its length.

    Attributes:
        category: only items of this category; None or empty for all.
        exclude: ids of items to leave out.
        max_age_hours: only items published within so many hours; None for all.
    """

    category: str | None = None
    exclude: Sequence[str] = ()
    max_age_hours: float | None = None

    def category_mask(self, release: LoadedRelease) -> npt.NDArray[np.bool_] | None:
        """Return which items are of the category, by position; None without a category."""
        if not self.category:
            return None
        return release.catalogue.matches("category", self.category, release.engine.capacity)


NO_FILTERS = Filters()


async def _read_filters(
    category: Category = None,
    exclude: Exclude = [],  # noqa: B006 - never changed
    max_age_hours: MaxAge = None,
) -> Filters:
    return Filters(category, exclude, max_age_hours)


FiltersDep = Annotated[Filters, Depends(_read_filters)]
