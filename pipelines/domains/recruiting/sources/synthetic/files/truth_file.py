"""Writes `truth.json`: what the pipeline must find out, and never reads.

Beside scale, seed, options and the weights of the rule, the file lists skills with all spellings,
professions, areas, levels, languages, cities, states and colours; columns refer to them by position.
`openings`, `applicants` and `applications` are tables by column:

- openings: `applications` is the true number, which the export cuts at 25; `same_text_as` is the code of
  the opening whose text is repeated; `required` and `nice` are skills; `offer` is in R$ a month; `rank`
  is that of the level.
- applicants: `skills`, `salary` in R$ a month, and the protected attributes, which the other files tell
  in part.
- applications: `z` is the score without noise, `noise` what is added to it; `required` and `nice` are the
  shares of skills that the applicant has; `excess_salary` is the salary above the offer in proportion to
  it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.domains.recruiting.sources.synthetic.applicants.protected_attributes import COLOURS
from pipelines.domains.recruiting.sources.synthetic.applications.matching_rule import describe_rule
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.areas import AREAS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITIES, STATES
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import LANGUAGE_LEVELS, LEVELS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import SKILLS
from pipelines.domains.recruiting.sources.synthetic.world import World

Column = list[Any]


def write_truth(path: Path, world: World, scale: float, seed: int, options: WorldOptions) -> None:
    """Write the file, column by column."""
    drift = options.drift and {"switch": options.drift[0], "first_day": options.drift[1].isoformat()}
    head: dict[str, Any] = {
        "scale": scale,
        "seed": seed,
        "options": {"bias": options.bias, "drift": drift},
        "moved_hires": world.outcomes.moved,
        "rule": describe_rule(),
        "skills": [[skill.name, *dict.fromkeys(skill.portuguese + skill.english)] for skill in SKILLS],
        "professions": [profession.titles[0] for profession in PROFESSIONS],
        "areas": list(AREAS),
        "levels": [level.name for level in LEVELS],
        "languages": list(LANGUAGE_LEVELS),
        "cities": [city.name for city in CITIES],
        "states": list(STATES),
        "colours": list(COLOURS),
    }
    sections = {
        "openings": _list_openings(world),
        "applicants": _list_applicants(world),
        "applications": _list_applications(world),
    }
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1])
        for name, columns in sections.items():
            separator = f',\n"{name}": {{'
            for column, values in columns:
                file.write(f'{separator}\n"{column}": {json.dumps(values)}')
                separator = ","
            file.write("}")
        file.write("}\n")


def _list_openings(world: World) -> Iterator[tuple[str, Column]]:
    openings = world.openings
    yield "code", world.opening_code.tolist()
    yield "applications", openings.true_size.tolist()
    yield "same_text_as", world.opening_code[openings.root].tolist()
    for name in (
        "has_record",
        "client",
        "profession",
        "area",
        "level",
        "rank",
        "english",
        "city",
        "is_remote",
    ):
        yield name, getattr(openings, name).tolist()
    yield "is_english", openings.is_english.tolist()
    yield "offer", openings.offer.round(2).tolist()
    counts = zip(openings.required_count.tolist(), openings.nice_count.tolist(), strict=True)
    rows = list(zip(openings.skills.tolist(), counts, strict=True))
    yield "required", [skills[:required] for skills, (required, _) in rows]
    yield "nice", [skills[required : required + nice] for skills, (required, nice) in rows]


def _list_applicants(world: World) -> Iterator[tuple[str, Column]]:
    applicants, protected = world.applicants, world.protected
    yield "code", world.applicant_code.tolist()
    for name in ("profession", "rank", "years", "english", "spanish", "city", "used_form"):
        yield name, getattr(applicants, name).tolist()
    yield "salary", applicants.salary.round(2).tolist()
    yield "skills", [[skill for skill in skills if skill >= 0] for skills in applicants.skills.tolist()]
    for name in ("is_woman", "age", "is_disabled", "colour"):
        yield name, getattr(protected, name).tolist()


def _list_applications(world: World) -> Iterator[tuple[str, Column]]:
    applications, scores = world.applications, world.scores
    yield "opening", world.opening_code[applications.opening].tolist()
    yield "applicant", world.applicant_code[applications.applicant].tolist()
    for name in ("z", "noise", "required", "nice", "excess_salary"):
        yield name, getattr(scores, name).round(4).tolist()
