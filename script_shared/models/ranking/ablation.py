"""What each part of a ranking is worth: the same weights fitted without it, on lists not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from script_shared.models.ranking.conditional_logit import fit_logit
from script_shared.models.ranking.contribution import Contribution
from script_shared.models.ranking.scorer import Listed, list_ndcg
from script_shared.types import FloatArray

#: The weights are fitted on so many of the lists, the oldest, and judged on the rest.
_FITTED = 0.75


def ablate(
    lists: Sequence[Listed], parts: Mapping[str, Sequence[int]], ridge: float, most: int
) -> dict[str, Contribution]:
    """Measure every part.

    Args:
        lists: oldest first, each with something that was read.
        parts: the columns of each part.
        ridge: penalty on the weights.
        most: so many lists, evenly drawn, are enough.
    """
    lists = lists[:: max(1, len(lists) // most)]
    every = [column for columns in parts.values() for column in columns]
    whole = _judge(lists, every, ridge)
    found = {}
    for name, columns in parts.items():
        gains = whole - _judge(lists, [each for each in every if each not in columns], ridge)
        found[name] = Contribution(float(gains.mean()), float(gains.std() / np.sqrt(len(gains))))
    return found


def _judge(lists: Sequence[Listed], columns: Sequence[int], ridge: float) -> FloatArray:
    """Return the NDCG@10 of each held-out list, ranked by these columns alone."""
    cut = int(len(lists) * _FITTED)
    if not columns:
        return np.zeros(len(lists) - cut)
    features, chosen = (np.concatenate(part) for part in zip(*lists[:cut], strict=True))
    lengths = np.array([len(own) for own, _ in lists[:cut]])
    weights = fit_logit(features[:, columns], np.cumsum(lengths) - lengths, chosen, ridge)
    return np.array([list_ndcg(own[:, columns] @ weights, chosen) for own, chosen in lists[cut:]])
