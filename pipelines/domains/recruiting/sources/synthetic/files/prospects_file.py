"""Records of `prospects.json`."""

from collections.abc import Iterator

import numpy as np

from pipelines.domains.recruiting.sources.synthetic import lotteries
from pipelines.domains.recruiting.sources.synthetic.applications.funnel import NO_UPDATE
from pipelines.domains.recruiting.sources.synthetic.draws import make_draws
from pipelines.domains.recruiting.sources.synthetic.files.json_file import Record
from pipelines.domains.recruiting.sources.synthetic.noise import format_day
from pipelines.domains.recruiting.sources.synthetic.vocabulary.comments import write_comment
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import Ints
from pipelines.domains.recruiting.sources.synthetic.vocabulary.staff_names import StaffNames
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import STATUSES
from pipelines.domains.recruiting.sources.synthetic.world import World

_SALT = np.uint64(0x9FB21C651E98DF25)
OLDEST_FIRST_SHARE = 0.2


def make_prospect_records(
    world: World, order: Ints, titles: list[str], people: list[str], names: StaffNames
) -> Iterator[tuple[str, Record]]:
    """Yield the list of applications of each opening, the newest first in most of them.

    Args:
        world: the world.
        order: the openings to write.
        titles: the listed title of each opening.
        people: the name of each applicant.
        names: names of the staff.
    """
    applications = world.applications
    by_opening = np.lexsort((-applications.day, applications.opening))
    limits = np.searchsorted(applications.opening[by_opening], np.arange(len(world.openings) + 1)).tolist()
    all_draws = make_draws(world.openings.text_key[order] ^ _SALT, 8)
    for opening, draws in zip(order.tolist(), all_draws, strict=True):
        rows = by_opening[limits[opening] : limits[opening + 1]].tolist()
        if draws.chance(OLDEST_FIRST_SHARE):
            rows.reverse()
        yield (
            str(int(world.opening_code[opening])),
            {
                "titulo": titles[opening],
                "modalidade": draws.pick(lotteries.CONTRACT_TYPES),
                "prospects": list(_make_prospects(world, rows, people, names)),
            },
        )


def _make_prospects(world: World, rows: list[int], people: list[str], names: StaffNames) -> Iterator[Record]:
    applications, outcomes = world.applications, world.outcomes
    keys = (
        world.applicants.text_key[applications.applicant[rows]]
        ^ world.openings.text_key[applications.opening[rows]]
    )
    for row, draws in zip(rows, make_draws(keys, 4), strict=True):
        applicant, status = int(applications.applicant[row]), int(outcomes.status[row])
        updated = int(outcomes.updated_day[row])
        yield {
            "nome": people[applicant],
            "codigo": str(int(world.applicant_code[applicant])),
            "situacao_candidado": STATUSES[status].name,
            "data_candidatura": format_day(int(applications.day[row])),
            "ultima_atualizacao": "" if updated == NO_UPDATE else format_day(updated),
            "comentario": write_comment(status, float(world.applicants.salary[applicant]), draws),
            "recrutador": names.recruiters[int(applications.recruiter[row])],
        }
