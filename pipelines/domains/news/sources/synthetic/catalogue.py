"""The catalogue without texts: categories, regions, publication times, stories and popularity."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from pipelines.domains.news.sources.synthetic import diurnal
from pipelines.domains.news.sources.synthetic.published_statistics import (
    FIRST_PUBLISHED,
    LAST_MODIFIED,
    MEDIAN_PUBLISHED,
    DatasetSize,
    Floats,
    Ints,
    make_rng,
    to_ms,
)
from pipelines.domains.news.sources.synthetic.regions import REGIONS
from pipelines.domains.news.sources.synthetic.vocabulary import CATEGORIES

LIFETIME_MS = 48 * 3_600_000  # older articles are read from the archive only
FRESH_SHARE = 0.24  # articles published in the period of reads, or a lifetime before it
STORY_SHARE = 0.75  # fresh articles that belong to a story of two or more articles


@dataclass(frozen=True)
class Catalogue:
    """Articles by publication time; one array element per article.

    Attributes:
        page: article ids.
        published_ms: publication times.
        modified_ms: times of the last modification.
        category: position in CATEGORIES.
        region: position in REGIONS; -1 for national articles.
        story: number of the story; articles about the same event share it.
        popularity: relative number of readers at the peak.
        hours_to_peak: hours from publication to the peak of interest.
        fresh: number of fresh articles, the last ones.
        breaking_news_ms: times at which breaking news attracts more readers.
    """

    page: list[str]
    published_ms: Ints
    modified_ms: Ints
    category: Ints
    region: Ints
    story: Ints
    popularity: Floats
    hours_to_peak: Floats
    fresh: int
    breaking_news_ms: Ints

    def __len__(self) -> int:
        return len(self.page)


@dataclass(frozen=True)
class _Stories:
    """One array element per story; `articles` is the number of its articles."""

    category: Ints
    region: Ints
    popularity: Floats
    start_ms: Ints
    articles: Ints
    breaking_news_ms: Ints


def make_catalogue(size: DatasetSize, seed: int) -> Catalogue:
    """Generate the catalogue without texts."""
    rng = make_rng(seed, "catalogue")
    fresh = round(size.items * FRESH_SHARE)
    fresh_start_ms = size.start_ms - LIFETIME_MS
    stories = _make_stories(fresh, fresh_start_ms, size, rng)
    old = size.items - fresh
    story_rows = np.repeat(np.arange(stories.articles.size), stories.articles)
    story = np.concatenate([np.arange(old), old + story_rows])
    fresh_published_ms = _sample_fresh_times(stories, fresh_start_ms, size.end_ms, rng)
    published_ms = np.concatenate([_sample_old_times(size, old, fresh_start_ms, rng), fresh_published_ms])
    category = np.concatenate([sample_categories(old, rng), stories.category[story_rows]])
    region = np.concatenate([_sample_regions(category[:old], size, rng), stories.region[story_rows]])
    popularity = np.concatenate([rng.lognormal(0, 1.5, old), _sample_popularity(stories, rng)])
    order = np.argsort(published_ms, kind="stable")
    return Catalogue(
        page=_make_page_ids(size.items, rng),
        published_ms=published_ms[order],
        modified_ms=_sample_modified_times(published_ms[order], rng),
        category=category[order],
        region=region[order],
        story=story[order],
        popularity=popularity[order],
        hours_to_peak=rng.lognormal(np.log(2.2), 0.5, size.items),
        fresh=fresh,
        breaking_news_ms=stories.breaking_news_ms,
    )


def _make_stories(fresh: int, start_ms: int, size: DatasetSize, rng: np.random.Generator) -> _Stories:
    long_stories = np.minimum(1 + rng.geometric(0.4, fresh), 9)
    long_stories = long_stories[np.cumsum(long_stories) <= fresh * STORY_SHARE]
    articles = np.concatenate([long_stories, np.ones(fresh - int(long_stories.sum()), np.int64)])
    n, duration_ms = articles.size, size.end_ms - start_ms
    intensity = diurnal.compute_intensity(diurnal.ARTICLES_BY_HOUR, start_ms, duration_ms // diurnal.SLOT_MS)
    category = sample_categories(n, rng)
    story_start_ms = diurnal.sample_times(intensity, start_ms, n, rng)
    region = _sample_regions(category, size, rng)
    popularity = rng.lognormal(0, 1.2, n) * (1 + 0.15 * articles)
    breaking = rng.choice(n, max(1, duration_ms * 6 // 10 // 86_400_000), replace=False)
    popularity[breaking] = 6 * np.quantile(popularity, 0.9)
    return _Stories(
        category=category,
        region=region,
        popularity=popularity * np.where(region < 0, 1.0, 0.5),
        start_ms=story_start_ms,
        articles=articles,
        breaking_news_ms=story_start_ms[breaking],
    )


def _sample_popularity(stories: _Stories, rng: np.random.Generator) -> Floats:
    popularity = np.repeat(stories.popularity, stories.articles)
    return popularity * rng.lognormal(0, 0.8, popularity.size)


def sample_categories(n: int, rng: np.random.Generator) -> Ints:
    """Draw `n` categories by weight."""
    weight = np.array([category.weight for category in CATEGORIES])
    return rng.choice(len(CATEGORIES), n, p=weight / weight.sum())


def _sample_regions(category: Ints, size: DatasetSize, rng: np.random.Generator) -> Ints:
    national_share = np.array([category.national_share for category in CATEGORIES])
    is_national = rng.random(category.size) < national_share[category]
    return np.where(is_national, -1, sample_home_regions(category.size, size, rng))


def sample_home_regions(n: int, size: DatasetSize, rng: np.random.Generator) -> Ints:
    """Draw `n` regions by weight; a small scale has only the largest ones."""
    weight = np.array([region.weight for region in REGIONS[: size.scale_regions(len(REGIONS))]])
    return rng.choice(weight.size, n, p=weight / weight.sum())


def _sample_old_times(size: DatasetSize, old: int, fresh_start_ms: int, rng: np.random.Generator) -> Ints:
    """Draw publication times: half of the catalogue before the published median, fewer the older."""
    first_ms, median_ms = to_ms(FIRST_PUBLISHED), to_ms(MEDIAN_PUBLISHED)
    n_before_median = size.items // 2
    age = rng.random(n_before_median) ** 1.8
    age[0] = 1.0
    before_median = median_ms - np.floor(age * (median_ms - first_ms)).astype(np.int64)
    after_median = rng.integers(median_ms, fresh_start_ms, old - n_before_median)
    return _floor_to_seconds(np.concatenate([before_median, after_median]))


def _sample_fresh_times(stories: _Stories, start_ms: int, end_ms: int, rng: np.random.Generator) -> Ints:
    """Draw publication times: the first article of a story at its start, the others within hours."""
    story_start_ms = np.repeat(stories.start_ms, stories.articles)
    delay = rng.exponential(8 * 3_600_000, story_start_ms.size)
    delay[np.cumsum(stories.articles) - stories.articles] = 0
    latest_ms = end_ms - 120_000
    max_delay = latest_ms - story_start_ms
    delay = np.where(delay < max_delay, delay, rng.random(delay.size) * np.maximum(max_delay, 0))
    published_ms = np.minimum(story_start_ms, latest_ms) + delay.astype(np.int64)
    return _floor_to_seconds(np.maximum(start_ms, published_ms))


def _floor_to_seconds(times_ms: Ints) -> Ints:
    return times_ms // 1000 * 1000


def _sample_modified_times(published_ms: Ints, rng: np.random.Generator) -> Ints:
    """Draw modification times: mostly minutes or hours after publication, some after the last read."""
    last_ms = to_ms(LAST_MODIFIED)
    kind = rng.choice(4, published_ms.size, p=(0.45, 0.4, 0.13, 0.02))
    delay = rng.exponential(1.0, published_ms.size) * np.array([5e3, 1e7, 3e8, 0])[kind]
    late_delay = rng.random(published_ms.size) * (last_ms - published_ms)
    modified_ms = published_ms + np.where(kind == 3, late_delay, delay).astype(np.int64)
    modified_ms[np.argmax(modified_ms)] = last_ms
    return _floor_to_seconds(np.minimum(modified_ms, last_ms))


def _make_page_ids(n: int, rng: np.random.Generator) -> list[str]:
    raw = rng.bytes(16 * n)
    return [str(UUID(bytes=raw[start : start + 16], version=4)) for start in range(0, 16 * n, 16)]
