"""Protected attributes of applicants: sex, age, disability and colour, independent of everything else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    Flags,
    make_rng,
    sample_categories,
)

WOMEN_SHARE, DISABILITY_SHARE = 0.36, 0.015
COLOURS = ("Branca", "Parda", "Preta", "Amarela", "Indígena")
_COLOUR_WEIGHTS = np.array([0.48, 0.38, 0.11, 0.02, 0.01])


@dataclass(frozen=True)
class ProtectedAttributes:
    """One array element per applicant; `colour` is a position in COLOURS, `age` is in years."""

    is_woman: Flags
    age: NDArray[np.int8]
    is_disabled: Flags
    colour: NDArray[np.int8]


def make_protected_attributes(n: int, seed: int) -> ProtectedAttributes:
    """Draw the attributes of `n` applicants."""
    rng = make_rng(seed, "protected attributes")
    return ProtectedAttributes(
        is_woman=rng.random(n) < WOMEN_SHARE,
        age=np.clip(18 + rng.gamma(3.2, 5.2, n), 18, 70).astype(np.int8),
        is_disabled=rng.random(n) < DISABILITY_SHARE,
        colour=sample_categories(_COLOUR_WEIGHTS, n, rng).astype(np.int8),
    )
