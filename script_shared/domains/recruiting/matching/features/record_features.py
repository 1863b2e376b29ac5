"""Rates of what became of the applications of a client, a recruiter and others, less those of the opening."""

from __future__ import annotations

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import OUTCOMES
from script_shared.domains.recruiting.matching.features.record_counts import (
    APPLIED,
    EVENTS,
    FILLED,
    LONG,
    OPENED,
    SHORT,
)
from script_shared.domains.recruiting.matching.features.record_keys import KEY_NAMES, KEYS, RECRUITER
from script_shared.types import FeatureArray, FloatArray, IntArray

#: So many applications, or openings, at the rate of the market are added to each rate.
PRIOR_APPLICATIONS, PRIOR_OPENINGS = 5.0, 3.0
_MARKET = KEY_NAMES.index("market")
_RECRUITER_KEYS = [name for name, parts in KEYS.items() if RECRUITER in parts]
#: Columns of the outcomes among the events.
_OUTCOMES = slice(1, 1 + len(OUTCOMES))


def exclude_opening(counts: FeatureArray, own: FeatureArray, own_of_recruiter: FeatureArray) -> FeatureArray:
    """Subtract the outcomes of the opening itself from the counts, in place.

    What became of the opening's earlier applicants is known later than when they applied. A record that
    contains it would tell the earlier and the later applicants of an opening apart by their outcomes.

    Args:
        counts: shape (n, keys, events, half-lives).
        own: decayed outcomes of the opening, shape (n, events, half-lives).
        own_of_recruiter: those of them that the recruiter of the query handled.
    """
    for key, parts in enumerate(KEYS.values()):
        counts[:, key] -= own_of_recruiter if RECRUITER in parts else own
    return np.maximum(counts, 0, out=counts)


def build_record_features(
    counts: FeatureArray, since: IntArray, keys: IntArray
) -> dict[str, dict[str, FloatArray]]:
    """Return by key the features by name, each of shape (n,); NaN for keys without a position.

    Args:
        counts: the result of `exclude_opening`.
        since: days since the last application of each key, -1 without one, shape (n, keys).
        keys: positions, -1 where unknown, shape (n, keys).
    """
    features: dict[str, dict[str, FloatArray]] = {}
    rates = _market_rates(counts)
    for column, key in enumerate(KEY_NAMES):
        known = np.where(keys[:, column] >= 0, 0.0, np.nan)
        described = _describe_key(key, counts[:, column], rates)
        if key != "market":
            described[f"{key}_days_since"] = np.where(since[:, column] >= 0, since[:, column], np.nan)
        features[key] = {name: values + known for name, values in described.items()}
    return features


def _market_rates(counts: FeatureArray) -> FloatArray:
    """Return what an application of anybody leads to, shape (n, events, half-lives)."""
    market = counts[:, _MARKET].astype(np.float64)
    rates = market / np.maximum(market[:, APPLIED : APPLIED + 1], 1)
    rates[:, FILLED] = market[:, FILLED] / np.maximum(market[:, OPENED], 1)
    return rates


def _describe_key(key: str, counts: FeatureArray, market: FloatArray) -> dict[str, FloatArray]:
    """Return the rates of one key; the market's own are not smoothed."""
    features: dict[str, FloatArray] = {}
    half_lives = {"": LONG, "_recent": SHORT} if key in _RECRUITER_KEYS else {"": LONG}
    for suffix, half_life in half_lives.items():
        values, rates = counts[:, :, half_life].astype(np.float64), market[:, :, half_life]
        if key == "market":
            smoothed = rates[:, _OUTCOMES]
        else:
            total = values[:, APPLIED : APPLIED + 1] + PRIOR_APPLICATIONS
            smoothed = (values[:, _OUTCOMES] + PRIOR_APPLICATIONS * rates[:, _OUTCOMES]) / total
            features[f"{key}_applications{suffix}"] = values[:, APPLIED]
        for column, event in enumerate(EVENTS[_OUTCOMES]):
            features[f"{key}_{event}_rate{suffix}"] = smoothed[:, column]
    values, rates = counts[:, :, LONG].astype(np.float64), market[:, :, LONG]
    opened = values[:, OPENED]
    filled = values[:, FILLED] + PRIOR_OPENINGS * rates[:, FILLED]
    features[f"{key}_filled_rate"] = filled / (opened + PRIOR_OPENINGS)
    applied = values[:, APPLIED] + PRIOR_APPLICATIONS
    features[f"{key}_openings_rate"] = (opened + PRIOR_APPLICATIONS * rates[:, OPENED]) / applied
    return features
