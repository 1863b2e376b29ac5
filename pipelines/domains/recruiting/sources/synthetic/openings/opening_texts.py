"""Titles and texts of openings."""

from collections.abc import Sequence
from typing import NamedTuple

from pipelines.domains.recruiting.sources.synthetic.draws import Draws
from pipelines.domains.recruiting.sources.synthetic.noise import MOJIBAKE_SHARE, garble
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITIES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.phrases import (
    BEHAVIOUR,
    ENGLISH,
    NOTES,
    PORTUGUESE,
    OpeningPhrases,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import SKILLS

NUMBERED_TITLE_SHARE, LEVEL_IN_TITLE_SHARE = 0.2, 0.65
EQUAL_TEXTS_SHARE = 0.36
DRAWS_A_TEXT = 64


class OpeningContent(NamedTuple):
    """What the text of an opening says."""

    profession: int
    rank: int
    english: int
    city: int
    is_remote: bool
    required: list[int]
    nice: list[int]
    is_english: bool


class OpeningText(NamedTuple):
    """The texts of an opening; `listed_title` is that of the list of applications."""

    title: str
    listed_title: str
    activities: str
    competencies: str
    notes: str
    behaviour: str


def write_opening(content: OpeningContent, draws: Draws) -> OpeningText:
    """Write the texts of an opening."""
    phrases = ENGLISH if content.is_english else PORTUGUESE
    title = _write_title(content, phrases, draws)
    listed_title = title if draws.chance(0.8) else _vary_title(title, draws)
    competencies = _write_competencies(content, phrases, draws)
    equal = draws.chance(EQUAL_TEXTS_SHARE)
    activities = competencies if equal else _write_activities(content, phrases, draws)
    place = "remoto" if content.is_remote else f"presencial em {CITIES[content.city].name}"
    notes = draws.pick(NOTES).format(months=draws.pick((3, 6, 12)), days=draws.between(5, 30), place=place)
    text = OpeningText(title, listed_title, activities, competencies, notes, draws.pick(BEHAVIOUR))
    return OpeningText(*map(garble, text)) if draws.chance(MOJIBAKE_SHARE) else text


def _write_title(content: OpeningContent, phrases: OpeningPhrases, draws: Draws) -> str:
    profession = PROFESSIONS[content.profession]
    title = profession.english_title if content.is_english else draws.pick(profession.titles)
    if draws.chance(LEVEL_IN_TITLE_SHARE):
        level = phrases.rank_names[content.rank]
        title = f"{level} {title}" if content.is_english else f"{title} {level}"
    if draws.chance(0.1):
        title = f"{title} - {CITIES[content.city].name}"
    if draws.chance(0.15):
        title = title.upper()
    if draws.chance(NUMBERED_TITLE_SHARE):
        number = draws.between(1_000_000, 9_999_999)
        title = f"{number} - {title}" if draws.chance(0.5) else f"{title} - {number}"
    return title


def _vary_title(title: str, draws: Draws) -> str:
    return draws.pick((title.lower(), f"{title} ", f"Vaga: {title}", f"{title} - urgente"))


def _spell(skills: Sequence[int], content: OpeningContent, draws: Draws) -> list[str]:
    if content.is_english:
        return [draws.pick(SKILLS[skill].english) for skill in skills]
    return [draws.pick(SKILLS[skill].portuguese) for skill in skills]


def _join(names: list[str], conjunction: str) -> str:
    return conjunction.join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def _write_competencies(content: OpeningContent, phrases: OpeningPhrases, draws: Draws) -> str:
    required, nice = _spell(content.required, content, draws), _spell(content.nice, content, draws)
    style = draws.number(100)
    if style < 8:
        return draws.pick(phrases.empty)
    if style < 28:
        return draws.pick((", ", "; ", " / ")).join(required)
    writer = _write_sentences if style < 66 else _write_list
    return writer(required, nice, content, phrases, draws)


def _write_sentences(
    required: list[str], nice: list[str], content: OpeningContent, phrases: OpeningPhrases, draws: Draws
) -> str:
    half = len(required) if draws.chance(0.5) else (len(required) + 1) // 2
    parts = [draws.pick(phrases.required).format(_join(required[:half], phrases.conjunction))]
    if required[half:]:
        parts.append(draws.pick(phrases.required).format(_join(required[half:], phrases.conjunction)))
    if draws.chance(0.7):
        parts.append(draws.pick(phrases.nice).format(_join(nice, phrases.conjunction)))
    parts += _add_details(content, phrases, draws, draws.number(3))
    return " ".join(parts)


def _write_list(
    required: list[str], nice: list[str], content: OpeningContent, phrases: OpeningPhrases, draws: Draws
) -> str:
    bullet = draws.pick(("- ", "• ", "", "* "))
    lines = [bullet + draws.pick(phrases.required_items).format(name) + ";" for name in required]
    lines += [
        bullet + detail for detail in _add_details(content, phrases, draws, draws.number(6) * draws.number(6))
    ]
    if draws.chance(0.85):
        lines += [phrases.nice_heading, *(bullet + name for name in nice)]
    return "\n".join(lines)


def _add_details(content: OpeningContent, phrases: OpeningPhrases, draws: Draws, qualities: int) -> list[str]:
    """Return sentences about languages and place, then some that every opening could have."""
    details = [phrases.english[content.english]] if content.english and draws.chance(0.5) else []
    if content.is_remote:
        details += [draws.pick(phrases.remote)] if draws.chance(0.7) else []
    elif draws.chance(0.3):
        details.append(draws.pick(phrases.on_site).format(CITIES[content.city].name))
    first = draws.number(len(phrases.qualities))
    return details + [phrases.qualities[(first + n) % len(phrases.qualities)] for n in range(qualities)]


def _write_activities(content: OpeningContent, phrases: OpeningPhrases, draws: Draws) -> str:
    style = draws.number(100)
    if style < 6:
        return draws.pick(phrases.empty)
    duties = phrases.duties_by_family[PROFESSIONS[content.profession].family]
    count = 1 if style < 30 else draws.between(2, 4) if style < 75 else draws.between(5, 20)
    lines = [draws.pick(phrases.duties).format(draws.pick(duties)) for _ in range(count)]
    if draws.chance(0.5):
        names = _spell(content.required[:3], content, draws)
        lines.insert(0, draws.pick(phrases.duties).format(_join(names, phrases.conjunction)))
    lines += _add_details(content, phrases, draws, count // 4)
    return draws.pick(("\n", " ", "\n- ")).join(lines)
