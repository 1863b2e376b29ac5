"""Transforms many texts into vectors in parallel processes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.encoding.worker_pool import create_worker_pool
from script_shared.arrays import Bundle
from script_shared.models.components.texts.text_space import TextSpace
from script_shared.types import FeatureArray

#: Texts per batch: about half a second of work.
_BATCH_SIZE = 8_000
#: With fewer batches than this, starting processes takes longer than the work.
_MIN_BATCHES = 4

_spaces: list[TextSpace] = []


def transform_texts(space: TextSpace, documents: Sequence[str]) -> FeatureArray:
    """Return the same as `TextSpace.transform`: a float32 row for each document."""
    batches = [documents[start : start + _BATCH_SIZE] for start in range(0, len(documents), _BATCH_SIZE)]
    if len(batches) < _MIN_BATCHES:
        return space.transform(documents)
    with create_worker_pool(len(batches), _load_space, space.dump()) as pool:
        return np.concatenate(list(pool.map(_transform, batches)))


def _load_space(space: Bundle) -> None:
    _spaces.append(TextSpace.load(space))


def _transform(documents: Sequence[str]) -> FeatureArray:
    return _spaces[0].transform(documents)
