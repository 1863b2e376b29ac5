"""The reading itself: sittings through the day, a choice at each moment, then the rest of the story."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic import diurnal
from pipelines.domains.news.sources.synthetic.catalogue import Catalogue
from pipelines.domains.news.sources.synthetic.interest import NOTHING, Newsstand
from pipelines.domains.news.sources.synthetic.published_statistics import Floats, Ints, Rows, Size
from pipelines.domains.news.sources.synthetic.readers import Readers

SESSION = 3  # reads in one sitting
FROM_ARCHIVE = 0.07
MAIN_THEME = 0.7  # how often a picky read follows the first of the two themes
FOLLOWS_STORY = 0.5
RETURNS_TO_STORY = 0.5  # how often it is the story of yesterday that goes on
RUMMAGES_AFTER = 6  # rounds after which the news is read and only the archive is left
ROUNDS = 12  # after which a reader who has read all there was is left with fewer reads than wanted
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
        n = -(-(end - start) // diurnal.SLOT)
        intensity = diurnal.profile(diurnal.READING_DAY, start, n)
        for burst in self.catalogue.bursts.tolist():
            slot = (burst - start) // diurnal.SLOT
            intensity[max(slot + 1, 0) : max(slot + 6, 0)] *= 1.8
        return Period(start, end, intensity)


def read(world: World, wanted: Ints, period: Period, before: Reads, rng: np.random.Generator) -> Reads:
    """Lets each reader read ``wanted`` articles in the period, none a second time, ``before`` included."""
    stories = _Stories.of(world.catalogue)
    done, open_, missing = NONE, NONE, wanted
    anchor = _last_read(before, wanted.size, period.start)
    seen = before.take(np.flatnonzero(wanted[before.user] > 0))
    for attempt in range(ROUNDS):
        user = np.repeat(np.arange(wanted.size), missing if attempt == 0 else missing * 3)
        at = _moments(user, period, rng)
        choose = _choose if attempt < RUMMAGES_AFTER else _rummage
        drawn = Reads(user, choose(world, user, at, rng), at)
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
    first: Ints = np.searchsorted(user, user)
    place: Ints = np.arange(user.size) - first
    return place


def _moments(user: Ints, period: Period, rng: np.random.Generator) -> Ints:
    """Sittings of a few reads, minutes apart, at the hours people read."""
    place = _place_in_run(user) % SESSION
    sitting = np.cumsum(place == 0) - 1
    starts = diurnal.moments(period.intensity, period.start, int((place == 0).sum()), rng)
    pause = (place * rng.exponential(240_000, user.size)).astype(np.int64)
    at: Ints = np.minimum(starts[sitting] + pause, period.end - 1)
    return at


def _choose(world: World, user: Ints, at: Ints, rng: np.random.Generator) -> Ints:
    """An article for each read: old, of the home region, of a liked theme, or what everybody reads."""
    stand, readers, n = world.stand, world.readers, world.stand.slots
    slot = (at - world.size.start) // diurnal.SLOT
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


def _rummage(world: World, user: Ints, at: Ints, rng: np.random.Generator) -> Ints:
    """Any article that is out, for who has read what is new and what is sought."""
    return (rng.random(user.size) * (world.stand.latest(at) + 1)).astype(np.int64)


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
    place: Ints
    first: Ints

    @classmethod
    def of(cls, catalogue: Catalogue) -> "_Stories":
        order = np.argsort(catalogue.story, kind="stable")
        stories = int(catalogue.story.max()) + 1
        first = np.searchsorted(catalogue.story[order], np.arange(stories + 1))
        return cls(catalogue.story, catalogue.issued, order, np.argsort(order), first)

    def follow(self, reads: Reads, anchor: Ints, end: int, rng: np.random.Generator) -> Reads:
        """Turns later reads of a sitting into other articles of the story it began with."""
        item, moment = reads.item.copy(), reads.at.copy()
        base, began = _beginnings(reads, anchor, rng)
        rows = np.flatnonzero((base != NOTHING) & (rng.random(len(reads)) < FOLLOWS_STORY))
        sibling = self._sibling(base[rows], rng)
        soon = rng.exponential(300_000, rows.size).astype(np.int64) + 1000
        at = np.maximum(began[rows], self.issued[sibling]) + soon
        good = (sibling != base[rows]) & (at < end) & (at - began[rows] < DAY)
        item[rows[good]], moment[rows[good]] = sibling[good], at[good]
        return Reads(reads.user, item, moment)

    def _sibling(self, item: Ints, rng: np.random.Generator) -> Ints:
        """Another article of each one's story; the same where it tells the story alone."""
        low, high = self.first[self.story[item]], self.first[self.story[item] + 1]
        step = 1 + (rng.random(item.size) * (high - low - 1)).astype(np.int64)
        return self.order[low + (self.place[item] - low + step) % (high - low)]


def _beginnings(reads: Reads, anchor: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """What each read may go on from, and when: its sitting's first article, or yesterday's last."""
    first = np.arange(len(reads)) - _place_in_run(reads.user) % SESSION
    opens = first == np.arange(len(reads))
    known = anchor[reads.user]
    back = opens | ((known != NOTHING) & (rng.random(len(reads)) < RETURNS_TO_STORY))
    return np.where(back, known, reads.item[first]), np.where(back, reads.at, reads.at[first])
