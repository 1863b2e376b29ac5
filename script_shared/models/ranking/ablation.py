"""Ablation: the contribution of each component to the ranking of held-out lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from script_shared.models.ranking.conditional_logit import fit_logit
from script_shared.models.ranking.contribution import Contribution
from script_shared.models.ranking.scorer import LabelledList, list_ndcg
from script_shared.types import FloatArray

#: Share of the lists, the oldest, that the weights are fitted on; the rest are held out.
_TRAINING_SHARE = 0.75


def measure_contributions(
    lists: Sequence[LabelledList], columns: Mapping[str, Sequence[int]], ridge: float, limit: int
) -> dict[str, Contribution]:
    """Measure the contribution of each component.

    Args:
        lists: oldest first, each with at least one chosen item.
        columns: the feature columns of each component, by its name.
        ridge: penalty on the weights.
        limit: approximate number of lists to use, evenly spaced.
    """
    lists = lists[:: max(1, len(lists) // limit)]
    all_columns = [column for group in columns.values() for column in group]
    full = _held_out_ndcg(lists, all_columns, ridge)
    contributions = {}
    for name, group in columns.items():
        gains = full - _held_out_ndcg(lists, [column for column in all_columns if column not in group], ridge)
        contributions[name] = Contribution(float(gains.mean()), float(gains.std() / np.sqrt(len(gains))))
    return contributions


def _held_out_ndcg(lists: Sequence[LabelledList], columns: Sequence[int], ridge: float) -> FloatArray:
    """Return the NDCG@10 of each held-out list, ranked by some of the features."""
    cut = int(len(lists) * _TRAINING_SHARE)
    if not columns:
        return np.zeros(len(lists) - cut)
    features, chosen = (np.concatenate(parts) for parts in zip(*lists[:cut], strict=True))
    lengths = np.array([len(labels) for _, labels in lists[:cut]])
    weights = fit_logit(features[:, columns], np.cumsum(lengths) - lengths, chosen, ridge)
    return np.array([list_ndcg(features[:, columns] @ weights, labels) for features, labels in lists[cut:]])
