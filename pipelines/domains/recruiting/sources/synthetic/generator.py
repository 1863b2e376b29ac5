"""Generates the three files of the data, or tables, from a scale and a seed."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicant_rows import (
    plan_cvs,
    write_applicants,
)
from pipelines.domains.recruiting.sources.synthetic.files.applicants_file import Person, make_applicant_record
from pipelines.domains.recruiting.sources.synthetic.files.json_file import Record, write_records
from pipelines.domains.recruiting.sources.synthetic.files.prospects_file import make_prospect_records
from pipelines.domains.recruiting.sources.synthetic.files.table_files import (
    write_applicant_table,
    write_application_table,
    write_opening_table,
)
from pipelines.domains.recruiting.sources.synthetic.files.truth_file import write_truth
from pipelines.domains.recruiting.sources.synthetic.files.vagas_file import make_opening_record
from pipelines.domains.recruiting.sources.synthetic.openings.opening_rows import write_openings
from pipelines.domains.recruiting.sources.synthetic.options import PUBLISHED, WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    Ints,
    check_arguments,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.staff_names import StaffNames, make_staff_names
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import NUMBER
from pipelines.domains.recruiting.sources.synthetic.world import World, make_world

#: Of the people whom the firm hired, those whose present position the file tells.
KNOWN_POSITION_SHARE = 0.1


def generate(folder: Path, scale: float, seed: int = 1, options: WorldOptions = PUBLISHED) -> None:
    """Write `vagas.json`, `prospects.json`, `applicants.json` and `truth.json`.

    Args:
        folder: where to write; created if it does not exist.
        scale: 1.0 is 14,000 openings, 54,000 applications, 42,000 applicants; at most 50.
        seed: the same scale, seed and options give the same bytes.
        options: what differs from the published data.

    Raises:
        ValueError: the scale or the seed is out of range.
    """
    check_arguments(scale, seed)
    folder.mkdir(parents=True, exist_ok=True)
    world, names = make_world(scale, seed, options), make_staff_names(seed)
    titles, people = [""] * len(world.openings), [""] * len(world.applicants)
    write_records(folder / "vagas.json", _list_openings(world, names, titles))
    write_records(folder / "applicants.json", _list_applicants(world, names, people, seed, options))
    order = _rotate(np.arange(len(world.openings)))
    write_records(folder / "prospects.json", make_prospect_records(world, order, titles, people, names))
    write_truth(folder / "truth.json", world, scale, seed, options)


def generate_tables(
    folder: Path,
    scale: float,
    seed: int = 1,
    options: WorldOptions = PUBLISHED,
    applied_only: bool = True,
) -> None:
    """Write the same world as Parquet tables of openings, applicants and applications, and `truth.json`.

    Args:
        folder: where to write; created if it does not exist.
        scale: 20 is a million applications of 600,000 applicants.
        seed: as of `generate`.
        options: as of `generate`.
        applied_only: whether applicants without any application are left out.

    Raises:
        ValueError: the scale or the seed is out of range.
    """
    check_arguments(scale, seed)
    folder.mkdir(parents=True, exist_ok=True)
    world, names = make_world(scale, seed, options), make_staff_names(seed)
    recorded = np.flatnonzero(world.openings.has_record)
    write_opening_table(folder / "openings.parquet", world, write_openings(world, recorded), names)
    write_application_table(folder / "applications.parquet", world, names)
    write_truth(folder / "truth.json", world, scale, seed, options)
    order = np.argsort(world.applicant_code, kind="stable")
    order = order[world.applicants.size[order] > 0] if applied_only else order
    rows = write_applicants(world, order, plan_cvs(world, seed, options), options)
    write_applicant_table(folder / "applicants.parquet", world, rows)


def _rotate(order: Ints) -> Ints:
    """Return the order of the files: by code, but not from the first on."""
    return np.roll(order, -len(order) // 3)


def _list_openings(world: World, names: StaffNames, titles: list[str]) -> Iterator[tuple[str, Record]]:
    """Yield the records of the openings, the newest first; all titles are stored in `titles`."""
    order = _rotate(np.arange(len(world.openings))[::-1])
    for row in write_openings(world, order):
        titles[row.number] = row.text.listed_title
        if world.openings.has_record[row.number]:
            yield str(row.code), make_opening_record(row, names)


def _list_applicants(
    world: World, names: StaffNames, people: list[str], seed: int, options: WorldOptions
) -> Iterator[tuple[str, Record]]:
    """Yield the records of the applicants; all names are stored in `people`."""
    order = _rotate(np.argsort(world.applicant_code, kind="stable"))
    employers, protected = _find_employers(world, names), world.protected
    for row in write_applicants(world, order, plan_cvs(world, seed, options), options):
        people[row.number] = row.name
        person = Person(
            sex="Feminino" if protected.is_woman[row.number] else "Masculino",
            age=int(protected.age[row.number]),
            is_disabled=bool(protected.is_disabled[row.number]),
            employer=employers.get(row.number, ""),
        )
        yield str(row.code), make_applicant_record(row, person, names)


def _find_employers(world: World, names: StaffNames) -> dict[int, str]:
    """Return the client of some of the people whom the firm hired."""
    hired = np.flatnonzero(world.outcomes.status == NUMBER["Contratado pela Decision"])
    known = hired[:: round(1 / KNOWN_POSITION_SHARE)]
    applicants, openings = world.applications.applicant[known], world.applications.opening[known]
    clients = world.openings.client[openings].tolist()
    return {
        applicant: names.clients[client]
        for applicant, client in zip(applicants.tolist(), clients, strict=True)
    }
