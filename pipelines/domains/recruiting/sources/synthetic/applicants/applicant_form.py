"""What applicants enter in the site's form, and who they are."""

import unicodedata
from typing import NamedTuple

from pipelines.domains.recruiting.sources.synthetic.applicants.cv_texts import CvContent
from pipelines.domains.recruiting.sources.synthetic.draws import Draws
from pipelines.domains.recruiting.sources.synthetic.lotteries import APPLICANT_LANGUAGES, CHANNELS
from pipelines.domains.recruiting.sources.synthetic.noise import format_salary
from pipelines.domains.recruiting.sources.synthetic.vocabulary.areas import AREAS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITIES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import LANGUAGE_LEVELS, RANK_NAMES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.names import (
    EMPLOYER_NAMES,
    FEMALE_NAMES,
    FREE_EMAIL_DOMAINS,
    LAST_NAMES,
    MALE_NAMES,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import AREA_OF, PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import SKILL_NUMBER, SKILLS

CORPORATE_EMAIL_SHARE = 0.04
#: Certificates by the skill that they prove.
_CERTIFICATES = {
    "pacote Office": (
        "MS [77-418] MOS: Microsoft Office Word 2013", "MS [77-422] MOS: Microsoft Office PowerPoint 2013",
        "MS [77-423] MOS: Microsoft Office Outlook 2013",
    ),
    "Excel avançado": ("MS [77-420] MOS: Microsoft Office Excel 2013",),
    "SAP FI": ("SAP FI - Financial Accounting Associate",),
    "ITIL": ("ITIL Foundation",),
    "Scrum": ("PSM I - Professional Scrum",),
}  # fmt: skip
CERTIFICATES = {SKILL_NUMBER[name]: texts for name, texts in _CERTIFICATES.items()}


class Form(NamedTuple):
    """The fields of the form; all are empty for people whom a recruiter entered."""

    title: str = ""
    location: str = ""
    channel: str = ""
    area: str = ""
    knowledge: str = ""
    certificates: str = ""
    other_certificates: str = ""
    salary: str = ""
    level: str = ""
    degree: str = ""
    english: str = ""
    spanish: str = ""
    other_language: str = "-"
    linkedin: str = ""


def make_name(is_woman: bool, draws: Draws) -> str:
    """Compose a name."""
    first = draws.pick(FEMALE_NAMES if is_woman else MALE_NAMES)
    return f"{first} {draws.pick(LAST_NAMES)} {draws.pick(LAST_NAMES)}"


def make_email(name: str, draws: Draws) -> str:
    """Compose an e-mail address; a few are of a firm."""
    local = ".".join(_to_ascii(name).split()[::2]) + str(draws.number(1_000))
    if draws.chance(CORPORATE_EMAIL_SHARE):
        return f"{local}@{_to_ascii(draws.pick(EMPLOYER_NAMES)).replace(' ', '')}.com.br"
    return f"{local}@{draws.pick(FREE_EMAIL_DOMAINS)}"


def make_phone(city: int, draws: Draws) -> str:
    """Compose a mobile number of a city; no such number begins with 90."""
    return f"({CITIES[city].area_code}) 90{draws.between(100, 999)}-{draws.between(1000, 9999)}"


def _to_ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def write_form(person: CvContent, draws: Draws, without_salary: bool) -> Form:
    """Fill in the form; some fields are often left empty."""
    city = CITIES[person.city]
    title = draws.pick(PROFESSIONS[person.profession].titles)
    title = f"{title} {RANK_NAMES[person.rank]}" if draws.chance(0.6) else title
    known = [skill for skill in person.skills if draws.chance(0.8)]
    names = ", ".join(draws.pick(SKILLS[skill].portuguese) for skill in known)
    salary = format_salary(person.salary, draws)
    slug = "-".join(_to_ascii(person.name).split())
    return Form(
        title=title,
        location=f"{city.name}, {city.state}",
        channel=draws.pick(CHANNELS),
        area=", ".join(_list_areas(person.profession, draws)),
        knowledge=names if draws.chance(0.32) else "",
        certificates=", ".join(_list_certificates(person, draws)),
        other_certificates=f"Curso de {names.split(', ')[0]}" if names and draws.chance(0.15) else "",
        salary="" if without_salary else salary,
        level=RANK_NAMES[person.rank] if draws.chance(0.03) else "",
        degree=person.degree,
        english=LANGUAGE_LEVELS[person.english],
        spanish=LANGUAGE_LEVELS[person.spanish],
        other_language=draws.pick(APPLICANT_LANGUAGES),
        linkedin=f"https://www.linkedin.com/in/{slug}" if draws.chance(0.4) else "",
    )


def _list_areas(profession: int, draws: Draws) -> list[str]:
    """Return the person's own area, and often some others, in alphabetical order."""
    areas = {AREA_OF[profession]} | {draws.number(len(AREAS)) for _ in range(draws.number(3))}
    return [AREAS[area] for area in sorted(areas)]


def _list_certificates(person: CvContent, draws: Draws) -> list[str]:
    return [
        draws.pick(CERTIFICATES[skill])
        for skill in person.skills
        if skill in CERTIFICATES and draws.chance(0.35)
    ]
