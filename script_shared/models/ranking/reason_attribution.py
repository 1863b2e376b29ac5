"""Attribution of ranked items to reasons: which component raises an item's score most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from weakref import ref

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.kernels import top_rows
from script_shared.models.ranking.scorer import Scorer
from script_shared.models.reasons import FOLLOWS_ITEM, REASONS, Reason
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN

_WITH_SOURCE = REASONS.index(FOLLOWS_ITEM)
_REASONS_WITHOUT_SOURCE = tuple(map(Reason, REASONS))
#: Weights and signs of the features, the component of each, and the reason of each component.
_Columns = tuple[FloatArray, FloatArray, IntArray, IntArray]
_ZEROS: FloatArray = np.zeros(len(REASONS))


class RankedList(NamedTuple):
    """All candidates of the last ranked list.

    Attributes:
        query: the query of the list.
        items: positions, ascending.
        features: shape (items, features).
        scores: one an item.
    """

    query: ref[Query]
    items: IntArray
    features: FeatureArray
    scores: FloatArray


class ReasonAttribution:
    """Attributes items to reasons by the weighted features of the components.

    The contribution of a component is the weighted sum of its features minus their mean over the head of
    the list. It counts only where the features themselves favour the item: that a negative weight raises
    an item which is unpopular in a region is no reason to call the item popular there.

    Args:
        components: in the order of the feature columns.
    """

    def __init__(self, components: Sequence[Component]) -> None:
        self._components = components
        widths = [len(component.feature_names) for component in components]
        self._owner = np.repeat(np.arange(len(components), dtype=np.int32), widths)
        self._reason = np.array([REASONS.index(component.reason) for component in components], np.int32)
        names = [(name, component.descending) for component in components for name in component.feature_names]
        self._signs = np.array([-1.0 if name in descending else 1.0 for name, descending in names])

    def attribute(
        self, ranked: RankedList, scorer: Scorer, query: Query, state: State, items: IntArray
    ) -> list[Reason | None]:
        """Return the reason of each item; None for items that are not in the ranked list.

        Args:
            ranked: the candidates, at least one.
            scorer: scored the candidates.
            query: the query of the list.
            state: as of the list.
            items: distinct positions.
        """
        head_mean = _head_mean(ranked.features, ranked.scores, scorer.head)
        columns = scorer.weights, self._signs, self._owner, self._reason
        table = ranked.items, ranked.features, head_mean
        best, fallback, component = _attribute(table, items, columns, _ZEROS)
        sources = self._sources(component, query, state, items)
        return [
            None
            if reason < 0
            else Reason(REASONS[reason], source)
            if source != UNKNOWN
            else _REASONS_WITHOUT_SOURCE[other]
            for reason, other, source in zip(best.tolist(), fallback.tolist(), sources, strict=True)
        ]

    def _sources(self, component: IntArray, query: Query, state: State, items: IntArray) -> list[int]:
        """Return the history item that led to each item, according to the component of the item."""
        sources = [UNKNOWN] * len(items)
        for index in set(component.tolist()) - {-1}:
            rows = np.flatnonzero(component == index)
            found = self._components[index].source_items(query, state, items[rows]).tolist()
            for row, source in zip(rows.tolist(), found, strict=True):
                sources[row] = source
        return sources


@jit_compiled
def _head_mean(features: FeatureArray, scores: FloatArray, head: int) -> FloatArray:
    """Return the mean of each feature over the best items of a list."""
    best, means = top_rows(scores, head), np.zeros(features.shape[1])
    for column in range(len(means)):
        for row in best:
            means[column] += features[row, column]
    return means / len(best)


@jit_compiled
def _attribute(
    table: tuple[IntArray, FeatureArray, FloatArray], items: IntArray, columns: _Columns, zeros: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return, for each item, its reason, the best reason without a source, and the component with a source.

    Args:
        table: ascending items, their features, and the mean features to compare with.
        items: positions; one that is not in the table gets -1.
        columns: weight, sign and component of each feature; reason of each component.
        zeros: one a reason.
    """
    all_items, features, mean = table
    best, fallback = np.full(len(items), -1, np.int32), np.full(len(items), -1, np.int32)
    component = np.full(len(items), -1, np.int32)
    for index in range(len(items)):
        row = np.searchsorted(all_items, items[index])
        if row == len(all_items) or all_items[row] != items[index]:
            continue
        by_reason, source_component = _contributions(features[row], mean, columns, zeros)
        best[index] = by_reason.argmax()
        if best[index] == _WITH_SOURCE:
            component[index], by_reason[_WITH_SOURCE] = source_component, 0.0
        fallback[index] = by_reason.argmax()
    return best, fallback, component


@jit_compiled
def _contributions(
    features: FeatureArray, mean: FloatArray, columns: _Columns, zeros: FloatArray
) -> tuple[FloatArray, int]:
    """Return the contribution by reason, and the largest contributor among components with a source."""
    weights, signs, owner, reason = columns
    added, evidence = np.zeros(len(reason)), np.zeros(len(reason))
    for column in range(len(weights)):
        excess = features[column] - mean[column]
        added[owner[column]] += weights[column] * excess
        evidence[owner[column]] += signs[column] * excess
    by_reason, largest, source_component = zeros.copy(), 0.0, -1
    for component in range(len(reason)):
        if evidence[component] > 0.0:
            by_reason[reason[component]] += added[component]
            if reason[component] == _WITH_SOURCE and added[component] > largest:
                largest, source_component = added[component], component
    return np.maximum(by_reason, 0.0), source_component
