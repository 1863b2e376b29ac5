"""Many texts placed in a space at once, a process a core."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipelines.encoding.worker_pool import helpers
from script_shared.arrays import Bundle
from script_shared.models.components.text_space import TextSpace
from script_shared.types import FeatureArray

#: Texts of one piece of work: about half a second.
_PIECE = 8_000
#: With fewer pieces than this, starting processes takes longer than the work.
_FEW = 4

_spaces: list[TextSpace] = []


def place(space: TextSpace, documents: Sequence[str]) -> FeatureArray:
    """Return what `TextSpace.transform` does."""
    pieces = [documents[start : start + _PIECE] for start in range(0, len(documents), _PIECE)]
    if len(pieces) < _FEW:
        return space.transform(documents)
    with helpers(len(pieces), _begin, space.dump()) as pool:
        return np.concatenate(list(pool.map(_transform, pieces)))


def _begin(space: Bundle) -> None:
    _spaces.append(TextSpace.load(space))


def _transform(documents: Sequence[str]) -> FeatureArray:
    return _spaces[0].transform(documents)
