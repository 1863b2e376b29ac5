"""A two-stage recommender for two kinds of users who are items: each kind gets items of the other kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset
from script_shared.models.two_stage import TwoStageRecommender
from script_shared.state.state import State
from script_shared.types import IntArray, Query, User
from script_shared.vocabulary import UNKNOWN

_KINDS = "kinds"


class TwoSidedRecommender(TwoStageRecommender):
    """Leaves out the items of the query's own kind, which is the user's type and the item's category."""

    _kinds: tuple[str, ...] = ()

    def retrieve(self, query: Query, state: State) -> tuple[IntArray, IntArray]:
        """Return the retrieved items of other kinds; see `TwoStageRecommender.retrieve`."""
        items, origin = super().retrieve(query, state)
        own = self._find_kind(query, state)
        if own == UNKNOWN:
            return items, origin
        kept = np.flatnonzero(state.items.category[items] != own)
        return items[kept], origin[kept]

    def _find_kind(self, query: Query, state: State) -> int:
        if query.user_type in self._kinds:
            return self._kinds.index(query.user_type)
        return UNKNOWN if query.user == UNKNOWN else int(state.items.category[query.user])

    def fit(self, dataset: Dataset, accepts: Callable[[User], bool]) -> None:
        """Fit the scorer and the components; see `TwoStageRecommender.fit`."""
        self._kinds = tuple(dataset.catalogue.categories)
        super().fit(dataset, accepts)

    def dump(self) -> Bundle:
        """Return the scorer, the components, and the names of the kinds."""
        bundle = super().dump()
        return replace(bundle, document={**bundle.document, _KINDS: list(self._kinds)})

    def load(self, bundle: Bundle) -> None:
        """Restore the recommender from the result of `dump`."""
        self._kinds = tuple(bundle.document[_KINDS])
        super().load(bundle)
