"""The rows of openings: numbers and texts, chunk by chunk."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.draws import Draws, make_draws
from pipelines.domains.recruiting.sources.synthetic.openings.opening_texts import (
    DRAWS_A_TEXT,
    OpeningContent,
    OpeningText,
    write_opening,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import Ints
from pipelines.domains.recruiting.sources.synthetic.world import World

CHUNK = 2_000
DRAWS_A_RECORD = 48
_RECORD_SALT = np.uint64(0x5DEECE66D)


class OpeningRow(NamedTuple):
    """An opening with its texts.

    Attributes:
        number: position in the world.
        code: its code.
        day: day of the request since EPOCH.
        client, analyst: numbers.
        area, second_area: positions in AREAS; second_area is -1 for most.
        level: position in LEVELS.
        spanish: position in LANGUAGE_LEVELS.
        offer: R$ a month.
        content: what the text says.
        text: the texts.
        draws: random choices of the other fields.
    """

    number: int
    code: int
    day: int
    client: int
    analyst: int
    area: int
    second_area: int
    level: int
    spanish: int
    offer: float
    content: OpeningContent
    text: OpeningText
    draws: Draws


def write_openings(world: World, order: Ints) -> Iterator[OpeningRow]:
    """Yield the given openings in order."""
    for start in range(0, order.size, CHUNK):
        yield from _write_chunk(world, order[start : start + CHUNK])


def _write_chunk(world: World, rows: Ints) -> Iterator[OpeningRow]:
    openings = world.openings
    columns = zip(
        rows.tolist(),
        world.opening_code[rows].tolist(),
        *(
            getattr(openings, name)[rows].tolist()
            for name in (
                "day",
                "client",
                "area",
                "second_area",
                "level",
                "spanish",
                "offer",
                "required_count",
            )
        ),
        (openings.required_count + openings.nice_count)[rows].tolist(),
        openings.skills[rows].tolist(),
        *(
            getattr(openings, name)[rows].tolist()
            for name in ("profession", "rank", "english", "city", "is_remote", "is_english")
        ),
        world.analyst[rows].tolist(),
        make_draws(openings.text_key[rows], DRAWS_A_TEXT),
        make_draws(openings.text_key[rows] ^ _RECORD_SALT, DRAWS_A_RECORD),
        strict=True,
    )
    for (
        number, code, day, client, area, second_area, level, spanish, offer, required, all_skills, skills,
        profession, rank, english, city, is_remote, is_english, analyst, text_draws, draws,
    ) in columns:  # fmt: skip
        content = OpeningContent(
            profession,
            rank,
            english,
            city,
            is_remote,
            skills[:required],
            skills[required:all_skills],
            is_english,
        )
        text = write_opening(content, text_draws)
        yield OpeningRow(
            number, code, day, client, analyst, area, second_area, level, spanish, offer, content, text, draws
        )
