"""Openings without texts: when, for which client, and what they require."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.domains.recruiting.sources.synthetic.applicants.skill_sampling import (
    IS_BUSINESS,
    sample_skills,
)
from pipelines.domains.recruiting.sources.synthetic.draws import make_keys
from pipelines.domains.recruiting.sources.synthetic.openings import opening_drift
from pipelines.domains.recruiting.sources.synthetic.openings.opening_sizes import assign_sizes, sample_days
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.areas import (
    AREA_NUMBER,
    AREAS,
    PROJECTS,
    STAFFING,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITY_WEIGHTS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.clients import LATENT_TRAITS, Clients
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import (
    LEVEL_RANK,
    LEVELS,
    OPENING_ENGLISH,
    OPENING_SPANISH,
    PLENO_SALARY,
    RANK_PAY,
    sample_languages,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import AREA_OF, PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    CLIENTS,
    DatasetSize,
    Flags,
    Floats,
    Ints,
    Rng,
    make_rng,
    sample_by_row,
    sample_categories,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import Masks, make_masks

DUPLICATE_SHARE = 0.12
SECOND_AREA_SHARE = 0.022
ENGLISH_TEXT_SHARE = 0.16
MAX_REQUIRED, MAX_NICE = 8, 5


@dataclass
class Openings:
    """One array element per opening, by day.

    Attributes:
        day: day of the request since EPOCH.
        size: applications in the files.
        true_size: applications including those that the export leaves out.
        has_record: whether the opening has a record of its own, beside its applications.
        root: the opening with the same text; itself, except for duplicates.
        client, profession, area, second_area: numbers; second_area is -1 for most.
        level: position in LEVELS, of rank `rank`.
        english, spanish: position in LANGUAGE_LEVELS.
        city: position in CITIES.
        is_remote: whether the place does not matter.
        offer: R$ a month.
        skills: required, then nice ones, [openings, MAX_REQUIRED + MAX_NICE].
        required_count, nice_count: their numbers.
        required, nice: bit sets of skills.
        is_english: whether the text is English.
        traits: hidden traits, [openings, LATENT_TRAITS].
        text_key: selects the words of the text.
    """

    day: Ints
    size: Ints
    true_size: Ints
    has_record: Flags
    root: Ints
    client: Ints
    profession: Ints
    area: Ints
    second_area: Ints
    level: Ints
    rank: Ints
    english: Ints
    spanish: Ints
    city: Ints
    is_remote: Flags
    offer: Floats
    skills: NDArray[np.int16]
    required_count: Ints
    nice_count: Ints
    required: Masks
    nice: Masks
    is_english: Flags
    traits: NDArray[np.float32]
    text_key: NDArray[np.uint64]

    def __len__(self) -> int:
        return self.day.size


def make_openings(size: DatasetSize, clients: Clients, seed: int, options: WorldOptions) -> Openings:
    """Generate the openings."""
    rng = make_rng(seed, "openings")
    day = sample_days(size.openings + size.unrecorded_openings, rng)
    n = day.size
    kept, true_size, has_record = assign_sizes(day, size, rng)
    usual_client = _sample_clients(day, clients, rng)
    client = opening_drift.add_client(usual_client, day, seed, options)
    profession = sample_by_row(clients.profession, client, rng)
    profession = opening_drift.turn_to_sap(profession, day, seed, options)
    level = opening_drift.raise_levels(_sample_levels(profession, rng), day, seed, options)
    english = sample_languages(OPENING_ENGLISH, clients.english[usual_client] + rng.normal(0, 1.2, n))
    area, second_area = _sample_areas(profession, rng)
    required_count, nice_count = rng.integers(3, MAX_REQUIRED + 1, n), rng.integers(2, MAX_NICE + 1, n)
    skills = sample_skills(profession, required_count + nice_count, rng)
    skills = opening_drift.require_new_technology(skills, profession, day, seed, options)
    is_at_home = rng.random(n) < 0.6
    city = np.where(is_at_home, clients.home[client], sample_categories(CITY_WEIGHTS, n, rng))
    taste = 0.8 * english + 0.5 * clients.english[usual_client] + rng.normal(0, 1, n)
    is_remote = opening_drift.sample_remote(rng.random(n), day, options)
    pay = np.array([profession.pay for profession in PROFESSIONS])[profession] * clients.pay[client]
    openings = Openings(
        day=day,
        size=kept,
        true_size=true_size,
        has_record=has_record,
        root=np.arange(n),
        client=client,
        profession=profession,
        area=area,
        second_area=second_area,
        level=level,
        rank=LEVEL_RANK[level].astype(np.int64),
        english=english,
        spanish=sample_languages(OPENING_SPANISH, english + rng.normal(0, 3, n)),
        city=city,
        is_remote=is_remote,
        offer=PLENO_SALARY * pay * RANK_PAY[LEVEL_RANK[level]] * rng.lognormal(0, 0.12, n),
        skills=skills,
        required_count=required_count,
        nice_count=nice_count,
        required=make_masks(_keep_columns(skills, np.zeros_like(required_count), required_count)),
        nice=make_masks(_keep_columns(skills, required_count, required_count + nice_count)),
        is_english=opening_drift.select_english(taste, day, ENGLISH_TEXT_SHARE, options),
        traits=_sample_traits(clients, client, rng),
        text_key=make_keys(n, seed, "openings"),
    )
    return _repeat_texts(openings, options.drift_day, rng)


def _sample_clients(day: Ints, clients: Clients, rng: Rng) -> Ints:
    """Draw clients that exist on the day; others are replaced by large ones."""
    client = sample_categories(clients.weight, day.size, rng)
    is_early = day < clients.first_day[client]
    client[is_early] = sample_categories(clients.weight[:8], int(is_early.sum()), rng)
    return np.minimum(client, CLIENTS - 1)


def _sample_levels(profession: Ints, rng: Rng) -> Ints:
    weights = np.array(
        [[level.technical for level in LEVELS], [level.business for level in LEVELS]], np.float64
    )
    return sample_by_row(weights, IS_BUSINESS[profession].astype(np.int64), rng)


def _sample_areas(profession: Ints, rng: Rng) -> tuple[Ints, Ints]:
    n, uniform = profession.size, rng.random(profession.size)
    own = np.array(AREA_OF)[profession]
    share = np.array([row.own_share for row in PROFESSIONS])[profession]
    other = np.where(rng.random(n) < 0.79, AREA_NUMBER[PROJECTS], AREA_NUMBER[STAFFING])
    area = np.where(uniform < share, own, other)
    second = np.where(own == area, rng.integers(0, len(AREAS), n), own)
    has_second = (rng.random(n) < SECOND_AREA_SHARE) & (second != area)
    return area, np.where(has_second, second, -1)


def _keep_columns(skills: NDArray[np.int16], first: Ints, last: Ints) -> NDArray[np.int16]:
    column = np.arange(skills.shape[1])
    return np.where((column >= first[:, None]) & (column < last[:, None]), skills, -1)


def _sample_traits(clients: Clients, client: Ints, rng: Rng) -> NDArray[np.float32]:
    own = rng.normal(0, 1, (client.size, LATENT_TRAITS))
    return (0.8 * clients.traits[client] + 0.6 * own).astype(np.float32)


def _repeat_texts(openings: Openings, drift_day: int, rng: Rng) -> Openings:
    """Make some openings repeat a recent one: all but their day and their applications is the same."""
    n = len(openings)
    source = np.arange(n) - 1 - rng.exponential(25, n).astype(np.int64)
    first_drifted = int(np.searchsorted(openings.day, drift_day))
    is_across = (np.arange(n) >= first_drifted) & (source < first_drifted)
    is_repeated = (rng.random(n) < DUPLICATE_SHARE) & (source >= 0) & ~is_across
    root = np.where(is_repeated, source, np.arange(n))
    for _ in range(20):
        root = root[root]
    own = {"day", "size", "true_size", "has_record", "root"}
    content: dict[str, Any] = {
        field.name: getattr(openings, field.name)[root] for field in fields(openings) if field.name not in own
    }
    return Openings(
        openings.day, openings.size, openings.true_size, openings.has_record, root=root, **content
    )
