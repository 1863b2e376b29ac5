"""The rows of applicants: what the site's form or a recruiter entered, and the CV, chunk by chunk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicant_form import (
    Form,
    make_email,
    make_name,
    make_phone,
    write_form,
)
from pipelines.domains.recruiting.sources.synthetic.applicants.cv_texts import DRAWS_A_CV, CvContent, write_cv
from pipelines.domains.recruiting.sources.synthetic.draws import Draws, make_draws
from pipelines.domains.recruiting.sources.synthetic.lotteries import APPLICANT_DEGREE_LOTTERY
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    CV_LENGTH,
    Flags,
    Ints,
    make_rng,
    to_years,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import NO_SKILL, SKILLS
from pipelines.domains.recruiting.sources.synthetic.world import World

CHUNK = 1_000
DRAWS_A_PERSON, DRAWS_A_FORM = 16, 64
NO_CV_SHARE, ENGLISH_CV_SHARE, OTHERS_CV_SHARE = 0.02, 0.01, 0.01
TRUNCATED_CV = 500
_PERSON_SALT, _FORM_SALT = np.uint64(0x2545F4914F6CDD1D), np.uint64(0x14057B7EF767814F)


class ApplicantRow(NamedTuple):
    """An applicant with texts.

    Attributes:
        number: position in the world.
        code: the code.
        created_day: day of the registration since EPOCH.
        name, email, phone: of the person.
        used_form: whether `form` is filled; otherwise its fields are empty.
        form: what the person entered.
        cv: the CV.
        draws: random choices of the other fields.
    """

    number: int
    code: int
    created_day: int
    name: str
    email: str
    phone: str
    used_form: bool
    form: Form
    cv: str
    draws: Draws


@dataclass(frozen=True)
class CvPlan:
    """One array element per applicant.

    Attributes:
        length: number of characters, about.
        source: whose CV it is: mostly one's own.
        is_empty, is_english: exceptions.
        limit: characters after which the CV ends.
    """

    length: Ints
    source: Ints
    is_empty: Flags
    is_english: Flags
    limit: Ints


def plan_cvs(world: World, seed: int, options: WorldOptions) -> CvPlan:
    """Draw lengths and exceptions of CVs."""
    rng = make_rng(seed, "cvs")
    n = len(world.applicants)
    kind = rng.random(n)
    is_other = (kind >= NO_CV_SHARE) & (kind < NO_CV_SHARE + OTHERS_CV_SHARE)
    is_truncated = world.created_day >= options.first_day("truncated_cvs")
    return CvPlan(
        length=np.rint(CV_LENGTH.sample(n, rng)).astype(np.int64),
        source=np.where(is_other, rng.integers(0, n, n), np.arange(n)),
        is_empty=kind < NO_CV_SHARE,
        is_english=rng.random(n) < ENGLISH_CV_SHARE,
        limit=np.where(is_truncated, TRUNCATED_CV, 10**6),
    )


def write_applicants(
    world: World, order: Ints, plan: CvPlan, options: WorldOptions
) -> Iterator[ApplicantRow]:
    """Yield the given applicants in order."""
    no_salary = world.created_day >= options.first_day("form_without_salary")
    for start in range(0, order.size, CHUNK):
        rows = order[start : start + CHUNK]
        cvs = _write_cvs(world, plan.source[rows], plan)
        people = _list_people(world, rows)
        form_draws = make_draws(world.applicants.text_key[rows] ^ _FORM_SALT, DRAWS_A_FORM)
        columns = zip(
            rows.tolist(),
            people,
            cvs,
            form_draws,
            world.applicant_code[rows].tolist(),
            world.created_day[rows].tolist(),
            world.applicants.used_form[rows].tolist(),
            no_salary[rows].tolist(),
            plan.is_empty[rows].tolist(),
            plan.limit[rows].tolist(),
            strict=True,
        )
        for number, person, cv, draws, code, day, used_form, without_salary, is_empty, limit in columns:
            form = write_form(person, draws, without_salary) if used_form else Form()
            shown = "" if is_empty else cv[:limit]
            yield ApplicantRow(
                number, code, day, person.name, person.email, person.phone, used_form, form, shown, draws
            )


def _write_cvs(world: World, rows: Ints, plan: CvPlan) -> Iterator[str]:
    people = _list_people(world, rows, length=plan.length[rows], is_english=plan.is_english[rows])
    draws = make_draws(world.applicants.text_key[rows], DRAWS_A_CV)
    for person, draw in zip(people, draws, strict=True):
        yield write_cv(person, draw)


def _list_people(
    world: World, rows: Ints, length: Ints | None = None, is_english: Flags | None = None
) -> Iterator[CvContent]:
    """Yield what is known about each person, whether or not the files tell it."""
    people = world.applicants
    names = ("city", "profession", "rank", "years", "english", "spanish", "salary", "skills")
    columns: dict[str, list[Any]] = {name: getattr(people, name)[rows].tolist() for name in names}
    columns["year"] = to_years(world.created_day[rows]).tolist()
    columns["length"] = [0] * rows.size if length is None else length.tolist()
    columns["is_english"] = [False] * rows.size if is_english is None else is_english.tolist()
    is_woman = world.protected.is_woman[rows].tolist()
    draws = make_draws(people.text_key[rows] ^ _PERSON_SALT, DRAWS_A_PERSON)
    for woman, draw, *values in zip(is_woman, draws, *columns.values(), strict=True):
        known = dict(zip(columns, values, strict=True))
        known["skills"] = [skill for skill in known["skills"] if skill != NO_SKILL]
        name = make_name(woman, draw)
        email, phone = make_email(name, draw), make_phone(known["city"], draw)
        missing = next(skill for _ in range(99) if (skill := draw.number(len(SKILLS))) not in known["skills"])
        degree = draw.pick(APPLICANT_DEGREE_LOTTERY)
        yield CvContent(name=name, email=email, phone=phone, degree=degree, missing=missing, **known)
