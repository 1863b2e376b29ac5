"""Names of clients, recruiters and analysts: different ones for each seed."""

from dataclasses import dataclass

from pipelines.domains.recruiting.sources.synthetic.vocabulary.names import (
    CLIENT_NAMES,
    FEMALE_NAMES,
    LAST_NAMES,
    MALE_NAMES,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    ANALYSTS,
    CLIENTS,
    RECRUITERS,
    make_rng,
)


@dataclass(frozen=True)
class StaffNames:
    """Names by number."""

    clients: tuple[str, ...]
    recruiters: tuple[str, ...]
    analysts: tuple[str, ...]


def make_staff_names(seed: int) -> StaffNames:
    """Compose different names."""
    rng = make_rng(seed, "staff names")
    first_names = FEMALE_NAMES + MALE_NAMES
    people = rng.choice(len(first_names) * len(LAST_NAMES), RECRUITERS + ANALYSTS, replace=False).tolist()
    names = [
        f"{first_names[number % len(first_names)]} {LAST_NAMES[number // len(first_names)]}"
        for number in people
    ]
    clients = [CLIENT_NAMES[number] for number in rng.permutation(len(CLIENT_NAMES))[: CLIENTS + 1].tolist()]
    return StaffNames(tuple(clients), tuple(names[:RECRUITERS]), tuple(names[RECRUITERS:]))
