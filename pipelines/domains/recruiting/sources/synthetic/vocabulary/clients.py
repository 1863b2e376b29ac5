"""Clients: their share of the openings and their tastes."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITIES, CITY_WEIGHTS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import FAMILY_OF, PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    ANALYSTS,
    CLIENTS,
    LAST_DAY,
    Floats,
    Ints,
    make_rng,
    sample_categories,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import FAMILIES

LATENT_TRAITS = 3
#: Homes of the largest clients, which have openings all the time.
_LARGE_HOMES = (*["São Paulo"] * 5, "Recife", "Belo Horizonte", "Rio de Janeiro", *["São Paulo"] * 4)


@dataclass(frozen=True)
class Clients:
    """One array element per client; the last client has openings with the drift `new_client` only.

    Attributes:
        weight: relative number of openings.
        first_day: day of the first opening.
        strictness: effect on the matching score.
        english: taste for English, standard normal.
        pay: offers in proportion to the usual ones.
        home: city.
        analyst: number of the analyst in charge.
        traits: hidden traits by which applicants go together, [clients, LATENT_TRAITS].
        profession: probability of each profession, [clients, professions].
    """

    weight: Floats
    first_day: Ints
    strictness: Floats
    english: Floats
    pay: Floats
    home: Ints
    analyst: Ints
    traits: Floats
    profession: Floats


def make_clients(seed: int) -> Clients:
    """Generate the clients."""
    rng = make_rng(seed, "clients")
    n = CLIENTS + 1
    rank = np.arange(n)
    weight = 1 / (rank + 1.5) ** 1.15
    weight[-1] = 0
    is_large = rank < len(_LARGE_HOMES)
    first_day = np.where(is_large | (rng.random(n) < 0.4), 0, rng.integers(0, LAST_DAY * 2 // 3, n))
    home = sample_categories(CITY_WEIGHTS, n, rng)
    names = [city.name for city in CITIES]
    home[is_large] = [names.index(name) for name in _LARGE_HOMES]
    return Clients(
        weight=weight,
        first_day=first_day,
        strictness=rng.normal(0, 0.6, n),
        english=rng.normal(0, 1, n),
        pay=rng.lognormal(0, 0.1, n),
        home=home,
        analyst=np.minimum(rng.geometric(0.055, n) - 1, ANALYSTS - 1),
        traits=rng.normal(0, 1, (n, LATENT_TRAITS)),
        profession=_sample_tastes(weight, rng),
    )


def _sample_tastes(weight: Floats, rng: np.random.Generator) -> Floats:
    """Draw the favourite families of each client; over all clients each profession keeps its weight."""
    usual = np.array([profession.weight for profession in PROFESSIONS])
    usual = usual / usual.sum()
    taste = rng.lognormal(0, 1.0, (weight.size, len(FAMILIES)))[:, np.array(FAMILY_OF)] * usual
    for _ in range(30):
        taste /= taste.sum(1, keepdims=True)
        taste *= usual / (weight @ taste / weight.sum())
    return taste / taste.sum(1, keepdims=True)
