"""The reading itself: sessions through the day, a choice at each moment, the rest of a story after its start."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic import hours
from pipelines.domains.news.sources.synthetic.attention import NOTHING, Newsstand
from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.figures import Flags, Floats, Ints, Rows, Size
from pipelines.domains.news.sources.synthetic.readers import Readers

SESSION = 3  # reads in one sitting
FROM_ARCHIVE = 0.07
MAIN_THEME = 0.7  # how often a picky read follows the first of the two themes
FOLLOWS_STORY = 0.35
ROUNDS = 8  # after which a reader who has read all there was is left with fewer reads than wanted
DAY = 86_400_000


@dataclass(frozen=True)
class Reads:
    """Reads by user and, within one, by time."""

    user: Ints
    item: Ints
    at: Ints

    def __len__(self) -> int:
        return self.user.size

    def take(self, rows: Rows) -> "Reads":
        """The reads of the given rows."""
        return Reads(self.user[rows], self.item[rows], self.at[rows])

    def and_then(self, later: "Reads") -> "Reads":
        """These reads, then others."""
        pairs = ((self.user, later.user), (self.item, later.item), (self.at, later.at))
        return Reads(*(np.concatenate(pair) for pair in pairs))

    def in_order(self) -> "Reads":
        """By user and time."""
        return self.take(np.lexsort((self.at, self.user)))


NONE = Reads(*(np.empty(0, np.int64) for _ in range(3)))


@dataclass(frozen=True)
class Period:
    """A stretch of time and how busy its half hours are."""

    start: int
    end: int
    intensity: Floats


@dataclass(frozen=True)
class World:
    """All that does not change while people read."""

    size: Size
    catalogue: Catalogue
    readers: Readers
    stand: Newsstand

    def period(self, start: int, end: int) -> Period:
        """The hours of a day, raised where news breaks."""
        n = -(-(end - start) // hours.SLOT)
        intensity = hours.profile(hours.READING_DAY, start, n)
        for burst in self.catalogue.bursts.tolist():
            slot = (burst - start) // hours.SLOT
            intensity[max(slot + 1, 0) : max(slot + 6, 0)] *= 1.8
        return Period(start, end, intensity)


def read(world: World, wanted: Ints, period: Period, before: Reads, rng: np.random.Generator) -> Reads:
    """Lets each reader read ``wanted`` articles in the period, none a second time, ``before`` included."""
    stories = _Stories.of(world.catalogue)
    done, open_, missing = NONE, NONE, wanted
    anchor = _last_read(before, wanted.size, period.start)
    seen = before.take(np.flatnonzero(wanted[before.user] > 0))
    for attempt in range(ROUNDS):
        user = np.repeat(np.arange(wanted.size), missing if attempt == 0 else missing * 2)
        at = _moments(user, period, rng)
        drawn = Reads(user, _choose(world, user, at, rng), at)
        drawn = stories.follow(drawn, anchor, period.end, rng)
        open_ = _first_meetings(seen, open_.and_then(drawn), wanted)
        missing = np.where(missing > 0, wanted - np.bincount(open_.user, minlength=wanted.size), 0)
        waits = missing[open_.user] > 0
        done, open_ = done.and_then(open_.take(np.flatnonzero(~waits))), open_.take(np.flatnonzero(waits))
        seen = seen.take(np.flatnonzero(missing[seen.user] > 0))
        if not missing.any():
            break
    return done.and_then(open_).in_order()


def _last_read(before: Reads, users: int, now: int) -> Ints:
    """The article each reader read last, if within a day."""
    last = np.full(users, NOTHING)
    recent = before.at >= now - DAY
    last[before.user[recent]] = before.item[recent]
    return last


def _place_in_run(user: Ints) -> Ints:
    """The place of each row within its reader's rows, which stand together."""
    return np.arange(user.size) - np.searchsorted(user, user)


def _moments(user: Ints, period: Period, rng: np.random.Generator) -> Ints:
    """Sittings of a few reads, minutes apart, at the hours people read."""
    place = _place_in_run(user) % SESSION
    sitting = np.cumsum(place == 0) - 1
    starts = hours.moments(period.intensity, period.start, int((place == 0).sum()), rng)
    pause = (place * rng.exponential(240_000, user.size)).astype(np.int64)
    return np.minimum(starts[sitting] + pause, period.end - 1)


def _choose(world: World, user: Ints, at: Ints, rng: np.random.Generator) -> Ints:
    """An article for each read: old, of the home region, of a liked theme, or what everybody reads."""
    stand, readers, n = world.stand, world.readers, world.stand.slots
    slot = (at - world.size.start) // hours.SLOT
    liked = rng.random(user.size) < MAIN_THEME
    theme = np.where(liked, readers.first_theme[user], readers.second_theme[user])
    archive, region, picky = _ways(readers, user, rng)
    item = np.full(user.size, NOTHING)
    item[archive] = stand.archive.draw(theme[archive], at[archive], rng)
    item[region] = stand.regions.draw(readers.home[user[region]] * n + slot[region], rng)
    item[picky] = stand.themes.draw(theme[picky] * n + slot[picky], rng)
    rest = np.flatnonzero(item == NOTHING)
    item[rest] = stand.front.draw(slot[rest], rng)
    bare = np.flatnonzero(item == NOTHING)
    item[bare] = stand.latest(at[bare])
    return item


def _ways(readers: Readers, user: Ints, rng: np.random.Generator) -> tuple[Rows, Rows, Rows]:
    dice = rng.random(user.size)
    local = FROM_ARCHIVE + (1 - FROM_ARCHIVE) * readers.local[user]
    picky = local + (1 - local) * readers.picky[user]
    way = (dice >= FROM_ARCHIVE).astype(np.int8) + (dice >= local) + (dice >= picky)
    return np.flatnonzero(way == 0), np.flatnonzero(way == 1), np.flatnonzero(way == 2)


def _first_meetings(seen: Reads, reads: Reads, wanted: Ints) -> Reads:
    """Keeps a reader's first draw of each article, up to the number wanted."""
    both = seen.and_then(reads)
    span = int(both.item.max(initial=0)) + 1
    _, first = np.unique(both.user * span + both.item, return_index=True)
    first = np.sort(first[first >= len(seen)]) - len(seen)
    kept = reads.take(first)
    kept = kept.take(np.argsort(kept.user, kind="stable"))
    return kept.take(np.flatnonzero(_place_in_run(kept.user) < wanted[kept.user]))


@dataclass(frozen=True)
class _Stories:
    """The articles of each story side by side."""

    story: Ints
    issued: Ints
    order: Ints
    first: Ints

    @classmethod
    def of(cls, catalogue: Catalogue) -> "_Stories":
        order = np.argsort(catalogue.story, kind="stable")
        stories = int(catalogue.story.max()) + 1
        first = np.searchsorted(catalogue.story[order], np.arange(stories + 1))
        return cls(catalogue.story, catalogue.issued, order, first)

    def follow(self, reads: Reads, anchor: Ints, end: int, rng: np.random.Generator) -> Reads:
        """Turns some reads into another article of the story read just before, soon after it."""
        opening = np.concatenate([[True], reads.user[1:] != reads.user[:-1]])[: len(reads)]
        previous = np.where(opening, anchor[reads.user], np.roll(reads.item, 1))
        began = np.where(opening, reads.at, np.roll(reads.at, 1))
        rows = np.flatnonzero(_no_neighbours(rng.random(len(reads)) < FOLLOWS_STORY) & (previous != NOTHING))
        sibling = self._sibling(previous[rows], rng)
        soon = rng.exponential(1_200_000, rows.size).astype(np.int64) + 1000
        at = np.maximum(began[rows], self.issued[sibling]) + soon
        good = (sibling != previous[rows]) & (at < end) & (at - began[rows] < DAY)
        item, moment = reads.item.copy(), reads.at.copy()
        item[rows[good]], moment[rows[good]] = sibling[good], at[good]
        return Reads(reads.user, item, moment)

    def _sibling(self, item: Ints, rng: np.random.Generator) -> Ints:
        low, high = self.first[self.story[item]], self.first[self.story[item] + 1]
        return self.order[low + (rng.random(item.size) * (high - low)).astype(np.int64)]


def _no_neighbours(flags: Flags) -> Flags:
    """A read that gives way to another of the story cannot itself be the start of one."""
    return flags & ~np.concatenate([[False], flags[:-1]])[: flags.size]
