"""The articles: what they are about, when they come out, which story they tell and how hot they are."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from pipelines.domains.news.sources.synthetic import diurnal
from pipelines.domains.news.sources.synthetic.published_statistics import (
    FIRST_ISSUE,
    LAST_EDIT,
    MEDIAN_ISSUE,
    Floats,
    Ints,
    Size,
    millis,
    stream,
)
from pipelines.domains.news.sources.synthetic.regions import REGIONS
from pipelines.domains.news.sources.synthetic.vocabulary import THEMES

LIFE = 48 * 3_600_000  # after two days an article belongs to the archive
FRESH = 0.24  # the share of the catalogue that comes out while the reads are watched
IN_STORIES = 0.75  # the share of fresh articles that belong to a story of two or more


@dataclass(frozen=True)
class Catalogue:
    """The articles in the order they come out; the last ``fresh`` of them are the window's own."""

    page: list[str]
    issued: Ints
    modified: Ints
    theme: Ints
    region: Ints  # -1: a national section
    story: Ints
    heat: Floats  # how many readers it draws at its best
    pace: Floats  # hours from its birth to its peak
    fresh: int
    bursts: Ints  # moments at which breaking news makes everybody come

    def __len__(self) -> int:
        return len(self.page)


@dataclass(frozen=True)
class _Stories:
    """One row an event: most tell it in one article, some in several."""

    theme: Ints
    region: Ints
    heat: Floats
    start: Ints
    articles: Ints
    bursts: Ints


def make_catalogue(size: Size, seed: int) -> Catalogue:
    """Writes the whole catalogue but its text."""
    rng = stream(seed, "catalogue")
    fresh = round(size.items * FRESH)
    opening = size.start - LIFE
    stories = _stories(fresh, opening, size, rng)
    old = size.items - fresh
    told = np.repeat(np.arange(stories.articles.size), stories.articles)
    story = np.concatenate([np.arange(old), old + told])
    recent = _story_dates(stories, opening, size.end, rng)
    issued = np.concatenate([_old_dates(size, old, opening, rng), recent])
    theme = np.concatenate([_themes(old, rng), stories.theme[told]])
    region = np.concatenate([_regions(theme[:old], size, rng), stories.region[told]])
    heat = np.concatenate([rng.lognormal(0, 1.5, old), _article_heat(stories, rng)])
    order = np.argsort(issued, kind="stable")
    return Catalogue(
        page=_pages(size.items, rng),
        issued=issued[order],
        modified=_edits(issued[order], rng),
        theme=theme[order],
        region=region[order],
        story=story[order],
        heat=heat[order],
        pace=rng.lognormal(np.log(2.2), 0.5, size.items),
        fresh=fresh,
        bursts=stories.bursts,
    )


def _stories(fresh: int, opening: int, size: Size, rng: np.random.Generator) -> _Stories:
    several = np.minimum(1 + rng.geometric(0.4, fresh), 9)
    several = several[np.cumsum(several) <= fresh * IN_STORIES]
    articles = np.concatenate([several, np.ones(fresh - int(several.sum()), np.int64)])
    n = articles.size
    writing = diurnal.profile(diurnal.WRITING_DAY, opening, (size.end - opening) // diurnal.SLOT)
    theme, start = _themes(n, rng), diurnal.moments(writing, opening, n, rng)
    region, heat = _regions(theme, size, rng), rng.lognormal(0, 1.2, n) * (1 + 0.15 * articles)
    breaking = rng.choice(n, max(1, (size.end - opening) * 6 // 10 // 86_400_000), replace=False)
    heat[breaking] = 6 * np.quantile(heat, 0.9)
    return _Stories(theme, region, heat * np.where(region < 0, 1.0, 0.5), start, articles, start[breaking])


def _article_heat(stories: _Stories, rng: np.random.Generator) -> Floats:
    heat = np.repeat(stories.heat, stories.articles)
    return heat * rng.lognormal(0, 0.8, heat.size)


def _themes(n: int, rng: np.random.Generator) -> Ints:
    weight = np.array([theme.weight for theme in THEMES])
    return rng.choice(len(THEMES), n, p=weight / weight.sum())


def _regions(theme: Ints, size: Size, rng: np.random.Generator) -> Ints:
    national = np.array([each.national for each in THEMES])
    return np.where(rng.random(theme.size) < national[theme], -1, home_regions(theme.size, size, rng))


def home_regions(n: int, size: Size, rng: np.random.Generator) -> Ints:
    """``n`` regions by the weight of their audience; a small scale keeps the largest only."""
    weight = np.array([region.weight for region in REGIONS[: size.head(len(REGIONS), 4)]])
    return rng.choice(weight.size, n, p=weight / weight.sum())


def _old_dates(size: Size, old: int, opening: int, rng: np.random.Generator) -> Ints:
    """Half the catalogue before the published median, thinner with age; the rest up to the window."""
    first, middle = millis(FIRST_ISSUE), millis(MEDIAN_ISSUE)
    before = size.items // 2
    age = rng.random(before) ** 1.8
    age[0] = 1.0
    early = middle - np.floor(age * (middle - first)).astype(np.int64)
    return _whole_seconds(np.concatenate([early, rng.integers(middle, opening, old - before)]))


def _story_dates(stories: _Stories, opening: int, end: int, rng: np.random.Generator) -> Ints:
    """A story's first article breaks it, the others follow within hours; none after the end."""
    start = np.repeat(stories.start, stories.articles)
    delay = rng.exponential(8 * 3_600_000, start.size)
    delay[np.cumsum(stories.articles) - stories.articles] = 0
    room = end - 120_000 - start
    delay = np.where(delay < room, delay, rng.random(start.size) * np.maximum(room, 0))
    return _whole_seconds(np.maximum(opening, np.minimum(start, end - 120_000) + delay.astype(np.int64)))


def _whole_seconds(moment: Ints) -> Ints:
    return moment // 1000 * 1000


def _edits(issued: Ints, rng: np.random.Generator) -> Ints:
    """Most articles are last touched within minutes or hours, some much later than anybody read them."""
    kind = rng.choice(4, issued.size, p=(0.45, 0.4, 0.13, 0.02))
    delay = rng.exponential(1.0, issued.size) * np.array([5e3, 1e7, 3e8, 0])[kind]
    late = rng.random(issued.size) * (millis(LAST_EDIT) - issued)
    edited = issued + np.where(kind == 3, late, delay).astype(np.int64)
    edited[np.argmax(edited)] = millis(LAST_EDIT)
    return _whole_seconds(np.minimum(edited, millis(LAST_EDIT)))


def _pages(n: int, rng: np.random.Generator) -> list[str]:
    raw = rng.bytes(16 * n)
    return [str(UUID(bytes=raw[at : at + 16], version=4)) for at in range(0, 16 * n, 16)]
