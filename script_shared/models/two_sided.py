"""A two-stage recommender for two kinds of users who are items: each kind gets items of the other kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset
from script_shared.models.base import Component
from script_shared.models.ranking.scorer import MIN_LISTS, LabelledList, Scorer
from script_shared.models.two_stage import TwoStageRecommender, arrays_of
from script_shared.state.state import State
from script_shared.types import IntArray, Query, User
from script_shared.vocabulary import UNKNOWN

#: Keys of the document, and the prefix of the arrays of the kinds' scorers.
_KINDS, _SCORERS = "kinds", "scorers"


class TwoSidedRecommender(TwoStageRecommender):
    """Leaves out the items of the query's own kind, which is the user's type and the item's category.

    What makes an item of one kind attractive does not make one of the other: each kind of query that has
    enough lists is ranked by a scorer of its own, the others by the common one.
    """

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
        """Fit the scorers and the components; see `TwoStageRecommender.fit`."""
        self._kinds = tuple(dataset.catalogue.categories)
        super().fit(dataset, accepts)

    def _set_components(self, components: Sequence[Component]) -> None:
        super()._set_components(components)
        self._scorers: dict[int, Scorer] = {}

    def _scorer_of(self, query: Query, state: State) -> Scorer:
        return self._scorers.get(self._find_kind(query, state), self.scorer)

    def _fit_scorer(self, lists: Sequence[LabelledList], queries: Sequence[Query], state: State) -> None:
        super()._fit_scorer(lists, queries, state)
        kinds = [self._find_kind(query, state) for query in queries]
        for kind in range(len(self._kinds)):
            own = [labelled for labelled, other in zip(lists, kinds, strict=True) if other == kind]
            if len(own) >= MIN_LISTS:
                self._scorers[kind] = Scorer(self.feature_names, self._parameters.scorer)
                self._scorers[kind].fit(own)

    def dump(self) -> Bundle:
        """Return the scorers, the components, and the names of the kinds."""
        bundle = super().dump()
        scorers = {str(kind): scorer.dump() for kind, scorer in self._scorers.items()}
        arrays = {
            f"{_SCORERS}.{kind}.{name}": array
            for kind, scorer in scorers.items()
            for name, array in scorer.arrays.items()
        }
        documents = {kind: dict(scorer.document) for kind, scorer in scorers.items()}
        document = {**bundle.document, _KINDS: list(self._kinds), _SCORERS: documents}
        return replace(bundle, arrays={**bundle.arrays, **arrays}, document=document)

    def load(self, bundle: Bundle) -> None:
        """Restore the recommender from the result of `dump`."""
        self._kinds = tuple(bundle.document[_KINDS])
        super().load(bundle)
        for kind, document in bundle.document.get(_SCORERS, {}).items():
            arrays = arrays_of(bundle, f"{_SCORERS}.{kind}")
            self._scorers[int(kind)] = Scorer(self.feature_names, self._parameters.scorer)
            self._scorers[int(kind)].load(Bundle(arrays, document))
