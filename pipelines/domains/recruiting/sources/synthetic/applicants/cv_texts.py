"""CVs: lower case like the text of a PDF, with every skill of the person under one of its spellings."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from pipelines.domains.recruiting.sources.synthetic.draws import LIMIT, Draws
from pipelines.domains.recruiting.sources.synthetic.noise import (
    BROKEN_WORDS_SHARE,
    MOJIBAKE_SHARE,
    break_words,
    format_reais,
    garble,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITIES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cv_phrases import (
    ENGLISH_CV,
    PORTUGUESE_CV,
    CvPhrases,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.names import (
    DEGREES,
    EMPLOYER_NAMES,
    SCHOOLS,
    STREETS,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import SKILLS

DRAWS_A_CV = 160
BULLETS = ("- ", "• ", "", "\uf0b7 ", "\uf0fc ", "\x02 ", "● ")
SHORT_CV = 700
LINE_LENGTH = 46  # characters, on average


class CvContent(NamedTuple):
    """What a CV says; `length` is about its number of characters, `missing` a skill that the person lacks."""

    name: str
    email: str
    phone: str
    city: int
    profession: int
    rank: int
    years: int
    english: int
    spanish: int
    salary: float
    degree: str
    skills: list[int]
    missing: int
    length: int
    year: int
    is_english: bool


def write_cv(content: CvContent, draws: Draws) -> str:
    """Write a CV."""
    phrases = ENGLISH_CV if content.is_english else PORTUGUESE_CV
    bullet = draws.pick(BULLETS)
    title = _name_position(content, content.rank, draws)
    lines = _write_head(content, phrases, draws)
    lines += _write_summary(content, title, phrases, draws)
    closing = _write_closing(content, phrases, bullet, draws)
    rest = content.length - sum(map(len, lines)) - sum(map(len, closing))
    lines += _write_jobs(content, title, phrases, bullet, rest, draws)
    text = "\n".join(lines + closing).lower()
    if draws.chance(BROKEN_WORDS_SHARE):
        text = break_words(text, draws)
    return garble(text) if draws.chance(MOJIBAKE_SHARE) else text


def _name_position(content: CvContent, rank: int, draws: Draws) -> str:
    profession = PROFESSIONS[content.profession]
    if content.is_english:
        return f"{ENGLISH_CV.rank_names[rank]} {profession.english_title}"
    return f"{draws.pick(profession.titles)} {PORTUGUESE_CV.rank_names[rank]}"


@cache
def _spellings(skill: int, is_english: bool) -> tuple[str, ...]:
    names = SKILLS[skill].english if is_english else SKILLS[skill].portuguese
    return tuple(dict.fromkeys(name.lower() for name in names))


@cache
def _skill_lines(skill: int, is_english: bool) -> tuple[str, ...]:
    frames = (ENGLISH_CV if is_english else PORTUGUESE_CV).skill_items
    return tuple(frame.format(name) for frame in frames for name in _spellings(skill, is_english))


def _write_head(content: CvContent, phrases: CvPhrases, draws: Draws) -> list[str]:
    city = CITIES[content.city]
    lines = [content.name, f"{city.name} - {city.abbreviation}", content.phone, content.email]
    if content.length < SHORT_CV:
        return lines
    address = f"{draws.pick(STREETS)}, {draws.between(10, 2_900)}"
    return [phrases.notice, content.name, address, *lines[1:]]


def _write_summary(content: CvContent, title: str, phrases: CvPhrases, draws: Draws) -> list[str]:
    """Return the summary and the list of all skills."""
    names = [draws.pick(_spellings(skill, content.is_english)) for skill in content.skills]
    years = max(content.years, 2)
    summary = draws.pick(phrases.summaries).format(title=title, years=years, skills=", ".join(names[:3]))
    if content.length < SHORT_CV:
        return [title, ", ".join(names)]
    lines = [phrases.summary_heading, summary, phrases.skills_heading]
    lines += [", ".join(names)] if draws.chance(0.6) else names
    for skill in content.skills[: draws.number(5)]:
        name = draws.pick(_spellings(skill, content.is_english))
        lines.append(phrases.experience.format(years=draws.between(2, max(years, 2)), skill=name))
    if draws.chance(0.03):
        lines.append(phrases.inexperience.format(draws.pick(_spellings(content.missing, content.is_english))))
    return lines


def _write_jobs(
    content: CvContent, title: str, phrases: CvPhrases, bullet: str, rest: int, draws: Draws
) -> list[str]:
    """Return the jobs, newest first, with as many lines as fill the rest of the length."""
    if rest < 2 * LINE_LENGTH:
        return []
    jobs = min(1 + content.years // 3, 7, 1 + rest // (6 * LINE_LENGTH))
    duties = phrases.duties_by_family[PROFESSIONS[content.profession].family]
    sources: list[Sequence[str]] = [_skill_lines(skill, content.is_english) for skill in content.skills]
    sources += [duties] * (2 + len(sources) // 2) + [phrases.qualities] * 2
    lines, end, rank = [phrases.jobs_heading], content.year, content.rank
    for job in range(jobs):
        start = end - 1 - draws.number(max(2, 2 * content.years // jobs))
        until = phrases.current if job == 0 else f"{draws.between(1, 12):02}/{end}"
        lines += [
            phrases.company.format(draws.pick(EMPLOYER_NAMES)),
            phrases.period.format(f"{draws.between(1, 12):02}/{start}", until),
            phrases.position.format(title if job == 0 else _name_position(content, rank, draws)),
        ]
        count = max(rest - 90 * jobs, 0) // (LINE_LENGTH * jobs)
        numbers = [draws.number(LIMIT) for _ in range(count)]
        chosen = [(sources[number % len(sources)], number // 256) for number in numbers]
        lines += [bullet + source[number % len(source)] for source, number in chosen]
        end, rank = start, max(rank - 1, min(rank, 2))
    return lines


def _write_closing(content: CvContent, phrases: CvPhrases, bullet: str, draws: Draws) -> list[str]:
    """Return education, languages, courses and the salary."""
    degree = phrases.degree.format(
        content.degree, draws.pick(DEGREES), draws.pick(SCHOOLS), content.year - max(content.years - 1, 0)
    )
    english = phrases.english.format(phrases.languages[content.english])
    if content.length < SHORT_CV:
        return [degree, english]
    lines = [phrases.education_heading, degree, phrases.languages_heading, bullet + english]
    lines.append(bullet + phrases.spanish.format(phrases.languages[content.spanish]))
    lines.append(phrases.courses_heading)
    for skill in content.skills[: draws.number(4)]:
        name = draws.pick(_spellings(skill, content.is_english))
        year = content.year - draws.number(8)
        lines.append(bullet + phrases.course.format(name, draws.pick((8, 16, 24, 40)), year))
    if draws.chance(0.25):
        lines.append(phrases.salary.format(format_reais(round(content.salary, -2))))
    return lines
