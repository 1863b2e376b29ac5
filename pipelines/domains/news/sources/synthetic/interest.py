"""Interest in articles over time: it rises after publication, peaks and decays."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic import diurnal
from pipelines.domains.news.sources.synthetic.catalogue import LIFETIME_MS, Catalogue
from pipelines.domains.news.sources.synthetic.published_statistics import DatasetSize, Floats, Ints
from pipelines.domains.news.sources.synthetic.regions import REGIONS
from pipelines.domains.news.sources.synthetic.vocabulary import CATEGORIES

NO_ARTICLE = -1
MONTH_MS = 30 * 86_400_000.0


@dataclass(frozen=True)
class ListSampler:
    """Draws articles from lists, each of one half-hour slot, in proportion to their interest in it.

    Attributes:
        item: articles of all lists, one list after the other.
        cumulative: cumulative interest before each element of `item`, and the total.
        first: position of the first article of each list, and the end of the last.
    """

    item: Ints
    cumulative: Floats
    first: Ints

    def sample(self, lists: Ints, rng: np.random.Generator) -> Ints:
        """Draw one article from each of the given lists; NO_ARTICLE from empty ones."""
        return _sample_ranges(self.item, self.cumulative, self.first[lists], self.first[lists + 1], rng)


@dataclass(frozen=True)
class ArchiveSampler:
    """Draws articles of any age, as search and old links lead to them.

    Attributes:
        item: articles by category and publication time.
        cumulative: cumulative weight before each element of `item`, and the total.
        key: sort key of each element of `item`: category * `span` + publication time.
        span: factor of the category in the sort key.
    """

    item: Ints
    cumulative: Floats
    key: Ints
    span: int

    def sample(self, category: Ints, time_ms: Ints, rng: np.random.Generator) -> Ints:
        """Draw one article of each category that is at least a day old at the given times."""
        low = np.searchsorted(self.key, category * self.span)
        high = np.searchsorted(self.key, category * self.span + time_ms - 86_400_000, side="right")
        return _sample_ranges(self.item, self.cumulative, low, high, rng)


def _sample_ranges(item: Ints, cumulative: Floats, low: Ints, high: Ints, rng: np.random.Generator) -> Ints:
    """Draw one element of `item` from each range by weight; NO_ARTICLE from empty ranges."""
    target = cumulative[low] + rng.random(low.size) * (cumulative[high] - cumulative[low])
    position = np.searchsorted(cumulative, target, side="right") - 1
    position = np.minimum(np.maximum(position, low), np.maximum(high - 1, 0))
    return np.where(high > low, item[np.minimum(position, item.size - 1)], NO_ARTICLE)


def _cumulate(weight: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(weight)])


@dataclass(frozen=True)
class ArticleSamplers:
    """Samplers of articles for each way to find one.

    Attributes:
        home_page: one list per slot.
        categories: lists by category, then slot.
        regions: lists by region, then slot.
        archive: articles of any age.
        published_ms: publication times of all articles.
        slots: number of half-hour slots.
    """

    home_page: ListSampler
    categories: ListSampler
    regions: ListSampler
    archive: ArchiveSampler
    published_ms: Ints
    slots: int

    def find_latest(self, time_ms: Ints) -> Ints:
        """Return the article that was published last before each time."""
        return np.searchsorted(self.published_ms, time_ms, side="right") - 1


def make_samplers(catalogue: Catalogue, size: DatasetSize) -> ArticleSamplers:
    """Compute the interest in all articles."""
    item, slot, interest = _compute_interest(catalogue, size)
    slots = diurnal.count_slots(size)
    category, region = catalogue.category[item], catalogue.region[item]
    regional = np.flatnonzero(region >= 0)
    return ArticleSamplers(
        home_page=_make_list_sampler(slot, item, interest, slots),
        categories=_make_list_sampler(category * slots + slot, item, interest, slots * len(CATEGORIES)),
        regions=_make_list_sampler(
            (region * slots + slot)[regional], item[regional], interest[regional], slots * len(REGIONS)
        ),
        archive=_make_archive_sampler(catalogue, size),
        published_ms=catalogue.published_ms,
        slots=slots,
    )


def _compute_interest(catalogue: Catalogue, size: DatasetSize) -> tuple[Ints, Ints, Floats]:
    """Return article, slot and interest for each fresh article and each slot of its lifetime.

    The first slot starts after publication. Interest at age `a` is popularity · r · exp(1 - r) with
    r = a / time to peak.
    """
    fresh = np.arange(len(catalogue) - catalogue.fresh, len(catalogue))
    first_slot = -((size.start_ms - catalogue.published_ms[fresh]) // diurnal.SLOT_MS)
    item = np.repeat(fresh, LIFETIME_MS // diurnal.SLOT_MS)
    slot = (first_slot[:, None] + np.arange(LIFETIME_MS // diurnal.SLOT_MS)).ravel()
    is_in_period = (slot >= 0) & (slot < diurnal.count_slots(size))
    item, slot = item[is_in_period], slot[is_in_period]
    hours = (size.start_ms + (slot + 1) * diurnal.SLOT_MS - catalogue.published_ms[item]) / 3_600_000
    relative_age = hours / catalogue.hours_to_peak[item]
    return item, slot, catalogue.popularity[item] * relative_age * np.exp(1 - relative_age)


def _make_list_sampler(list_of_row: Ints, item: Ints, interest: Floats, lists: int) -> ListSampler:
    order = np.argsort(list_of_row, kind="stable")
    first = np.searchsorted(list_of_row[order], np.arange(lists + 1))
    return ListSampler(item[order], _cumulate(interest[order]), first)


def _make_archive_sampler(catalogue: Catalogue, size: DatasetSize) -> ArchiveSampler:
    span = size.validation_end_ms + 1
    key = catalogue.category * span + catalogue.published_ms
    order = np.argsort(key, kind="stable")
    months = np.maximum(size.end_ms - catalogue.published_ms, 0) / MONTH_MS
    weight = catalogue.popularity / (0.2 + months)
    return ArchiveSampler(order, _cumulate(weight[order]), key[order], span)
