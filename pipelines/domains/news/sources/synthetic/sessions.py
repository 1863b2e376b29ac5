"""Simulates sessions of reads: times by diurnal profile, articles by interest, and follow-ups of stories."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic import diurnal
from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.interest import NO_ARTICLE, ArticleSamplers
from pipelines.domains.news.sources.synthetic.published_statistics import DatasetSize, Floats, Ints, Rows
from pipelines.domains.news.sources.synthetic.readers import Readers

SESSION_READS = 3
ARCHIVE_SHARE = 0.07  # reads of articles of any age
FIRST_CATEGORY_SHARE = 0.7  # reads by category that follow the first of the two preferred ones
STORY_SHARE = 0.5  # reads that follow a story, if there is one to follow
EARLIER_STORY_SHARE = 0.5  # of these, reads that follow the story of the reader's last earlier read
ROUNDS = 12  # after these, readers who have read all articles have fewer reads than requested
UNIFORM_ROUND = 6  # from this round on, articles are drawn uniformly
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Reads:
    """Reads; one array element per read.

    Attributes:
        user: position of the reader.
        item: position of the article, or NO_ARTICLE.
        time_ms: time, ms UTC.
    """

    user: Ints
    item: Ints
    time_ms: Ints

    def __len__(self) -> int:
        return self.user.size

    def take(self, rows: Rows) -> "Reads":
        """Return the reads of the given rows."""
        return Reads(self.user[rows], self.item[rows], self.time_ms[rows])

    def concat(self, others: "Reads") -> "Reads":
        """Return these reads, followed by others."""
        pairs = ((self.user, others.user), (self.item, others.item), (self.time_ms, others.time_ms))
        return Reads(*(np.concatenate(pair) for pair in pairs))

    def sort(self) -> "Reads":
        """Return the reads by user and time."""
        return self.take(np.lexsort((self.time_ms, self.user)))


NO_READS = Reads(*(np.empty(0, np.int64) for _ in range(3)))


@dataclass(frozen=True)
class Period:
    """A period of time, ms UTC, and the intensity of its half-hour slots."""

    start_ms: int
    end_ms: int
    intensity: Floats


@dataclass(frozen=True)
class Simulation:
    """The fixed inputs of the simulation."""

    size: DatasetSize
    catalogue: Catalogue
    readers: Readers
    samplers: ArticleSamplers

    def make_period(self, start_ms: int, end_ms: int) -> Period:
        """Return a period with the diurnal intensity, which is higher after breaking news."""
        slots = -(-(end_ms - start_ms) // diurnal.SLOT_MS)
        intensity = diurnal.compute_intensity(diurnal.READS_BY_HOUR, start_ms, slots)
        for news_ms in self.catalogue.breaking_news_ms.tolist():
            slot = (news_ms - start_ms) // diurnal.SLOT_MS
            intensity[max(slot + 1, 0) : max(slot + 6, 0)] *= 1.8
        return Period(start_ms, end_ms, intensity)


def simulate_reads(
    simulation: Simulation, counts: Ints, period: Period, earlier: Reads, rng: np.random.Generator
) -> Reads:
    """Simulate the reads of a period; no reader reads an article twice, or one of `earlier` again.

    Args:
        simulation: the fixed inputs.
        counts: number of reads of each reader.
        period: the period.
        earlier: reads before the period, by user and time.
        rng: random generator.

    Returns:
        The reads by user and time.
    """
    stories = _Stories.of(simulation.catalogue)
    complete, incomplete, missing = NO_READS, NO_READS, counts
    earlier_item = _find_recent_items(earlier, counts.size, period.start_ms)
    seen = earlier.take(np.flatnonzero(counts[earlier.user] > 0))
    for round_number in range(ROUNDS):
        # Later rounds draw more than is missing, because many of the drawn articles are known.
        user = np.repeat(np.arange(counts.size), missing if round_number == 0 else missing * 3)
        time_ms = _sample_times(user, period, rng)
        sample = _sample_articles if round_number < UNIFORM_ROUND else _sample_uniformly
        drawn = Reads(user, sample(simulation, user, time_ms, rng), time_ms)
        drawn = stories.follow(drawn, earlier_item, period.end_ms, rng)
        incomplete = _keep_first_reads(seen, incomplete.concat(drawn), counts)
        missing = np.where(missing > 0, counts - np.bincount(incomplete.user, minlength=counts.size), 0)
        is_incomplete = missing[incomplete.user] > 0
        complete = complete.concat(incomplete.take(np.flatnonzero(~is_incomplete)))
        incomplete = incomplete.take(np.flatnonzero(is_incomplete))
        seen = seen.take(np.flatnonzero(missing[seen.user] > 0))
        if not missing.any():
            break
    return complete.concat(incomplete).sort()


def _find_recent_items(reads: Reads, users: int, now_ms: int) -> Ints:
    """Return the last article of each reader on the last day, or NO_ARTICLE."""
    items = np.full(users, NO_ARTICLE)
    is_recent = reads.time_ms >= now_ms - DAY_MS
    items[reads.user[is_recent]] = reads.item[is_recent]
    return items


def _number_rows(user: Ints) -> Ints:
    """Return the position of each row among the rows of its reader; rows are ordered by reader."""
    return np.arange(user.size) - np.searchsorted(user, user)


def _sample_times(user: Ints, period: Period, rng: np.random.Generator) -> Ints:
    """Draw times in sessions of SESSION_READS reads, with minutes between the reads of a session."""
    position = _number_rows(user) % SESSION_READS
    session = np.cumsum(position == 0) - 1
    sessions = int((position == 0).sum())
    session_start_ms = diurnal.sample_times(period.intensity, period.start_ms, sessions, rng)
    delay = (position * rng.exponential(240_000, user.size)).astype(np.int64)
    return np.minimum(session_start_ms[session] + delay, period.end_ms - 1)


def _sample_articles(simulation: Simulation, user: Ints, time_ms: Ints, rng: np.random.Generator) -> Ints:
    """Draw an article for each read: from the archive, the region, a preferred category or the home page."""
    samplers, readers, slots = simulation.samplers, simulation.readers, simulation.samplers.slots
    slot = (time_ms - simulation.size.start_ms) // diurnal.SLOT_MS
    is_first = rng.random(user.size) < FIRST_CATEGORY_SHARE
    category = np.where(is_first, readers.first_category[user], readers.second_category[user])
    archive, regional, by_category = _sample_channels(readers, user, rng)
    item = np.full(user.size, NO_ARTICLE)
    item[archive] = samplers.archive.sample(category[archive], time_ms[archive], rng)
    region = readers.home_region[user[regional]]
    item[regional] = samplers.regions.sample(region * slots + slot[regional], rng)
    item[by_category] = samplers.categories.sample(category[by_category] * slots + slot[by_category], rng)
    others = np.flatnonzero(item == NO_ARTICLE)
    item[others] = samplers.home_page.sample(slot[others], rng)
    without_article = np.flatnonzero(item == NO_ARTICLE)
    item[without_article] = samplers.find_latest(time_ms[without_article])
    return item


def _sample_uniformly(simulation: Simulation, user: Ints, time_ms: Ints, rng: np.random.Generator) -> Ints:
    """Draw from all published articles, for readers who have read most articles of their interest."""
    return (rng.random(user.size) * (simulation.samplers.find_latest(time_ms) + 1)).astype(np.int64)


def _sample_channels(readers: Readers, user: Ints, rng: np.random.Generator) -> tuple[Rows, Rows, Rows]:
    """Return the rows of reads from the archive, by region and by category; the rest uses the home page."""
    draw = rng.random(user.size)
    regional_end = ARCHIVE_SHARE + (1 - ARCHIVE_SHARE) * readers.regional_share[user]
    category_end = regional_end + (1 - regional_end) * readers.category_share[user]
    channel = (draw >= ARCHIVE_SHARE).astype(np.int8) + (draw >= regional_end) + (draw >= category_end)
    return np.flatnonzero(channel == 0), np.flatnonzero(channel == 1), np.flatnonzero(channel == 2)


def _keep_first_reads(seen: Reads, reads: Reads, counts: Ints) -> Reads:
    """Keep the first read of each article by each reader, up to the number of reads of the reader."""
    both = seen.concat(reads)
    span = int(both.item.max(initial=0)) + 1
    _, first = np.unique(both.user * span + both.item, return_index=True)
    first = np.sort(first[first >= len(seen)]) - len(seen)
    kept = reads.take(first)
    kept = kept.take(np.argsort(kept.user, kind="stable"))
    return kept.take(np.flatnonzero(_number_rows(kept.user) < counts[kept.user]))


@dataclass(frozen=True)
class _Stories:
    """The articles of each story.

    Attributes:
        story: story of each article.
        published_ms: publication time of each article.
        articles: articles by story.
        position: position of each article in `articles`.
        first: position in `articles` of the first article of each story, and the number of articles.
    """

    story: Ints
    published_ms: Ints
    articles: Ints
    position: Ints
    first: Ints

    @classmethod
    def of(cls, catalogue: Catalogue) -> "_Stories":
        articles = np.argsort(catalogue.story, kind="stable")
        stories = int(catalogue.story.max()) + 1
        first = np.searchsorted(catalogue.story[articles], np.arange(stories + 1))
        return cls(catalogue.story, catalogue.published_ms, articles, np.argsort(articles), first)

    def follow(self, reads: Reads, earlier_item: Ints, end_ms: int, rng: np.random.Generator) -> Reads:
        """Replace the articles of some reads by others of the story that the reader has begun."""
        item, time_ms = reads.item.copy(), reads.time_ms.copy()
        begun_item, begun_ms = _find_begun_items(reads, earlier_item, rng)
        rows = np.flatnonzero((begun_item != NO_ARTICLE) & (rng.random(len(reads)) < STORY_SHARE))
        sibling = self._sample_sibling(begun_item[rows], rng)
        delay = rng.exponential(300_000, rows.size).astype(np.int64) + 1000
        sibling_ms = np.maximum(begun_ms[rows], self.published_ms[sibling]) + delay
        is_soon = (sibling_ms < end_ms) & (sibling_ms - begun_ms[rows] < DAY_MS)
        is_replaced = (sibling != begun_item[rows]) & is_soon
        item[rows[is_replaced]] = sibling[is_replaced]
        time_ms[rows[is_replaced]] = sibling_ms[is_replaced]
        return Reads(reads.user, item, time_ms)

    def _sample_sibling(self, item: Ints, rng: np.random.Generator) -> Ints:
        """Draw another article of the same story; the article itself if it is the only one."""
        low, high = self.first[self.story[item]], self.first[self.story[item] + 1]
        step = 1 + (rng.random(item.size) * (high - low - 1)).astype(np.int64)
        return self.articles[low + (self.position[item] - low + step) % (high - low)]


def _find_begun_items(reads: Reads, earlier_item: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the article whose story each read may follow, and the earliest time to follow it.

    It is the first article of the session, or the reader's article of the last day before the period.
    """
    first = np.arange(len(reads)) - _number_rows(reads.user) % SESSION_READS
    is_first = first == np.arange(len(reads))
    earlier = earlier_item[reads.user]
    is_earlier_story = rng.random(len(reads)) < EARLIER_STORY_SHARE
    uses_earlier = is_first | ((earlier != NO_ARTICLE) & is_earlier_story)
    item = np.where(uses_earlier, earlier, reads.item[first])
    return item, np.where(uses_earlier, reads.time_ms, reads.time_ms[first])
