"""What a reader finds at a moment: the articles alive then, each as strong as its heat and its age."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic import diurnal
from pipelines.domains.news.sources.synthetic.catalogue import LIFE, Catalogue
from pipelines.domains.news.sources.synthetic.published_statistics import Floats, Ints, Size
from pipelines.domains.news.sources.synthetic.regions import REGIONS
from pipelines.domains.news.sources.synthetic.vocabulary import THEMES

NOTHING = -1
MONTH = 30 * 86_400_000.0


@dataclass(frozen=True)
class Shelf:
    """Running weights of the living articles, one cell a (shelf, half hour): a draw is one bisection."""

    item: Ints
    running: Floats
    first: Ints

    def draw(self, cell: Ints, rng: np.random.Generator) -> Ints:
        """One article each from the given cells; ``NOTHING`` where all is dead."""
        low, high = self.first[cell], self.first[cell + 1]
        return _bisect(self.item, self.running, low, high, rng)


@dataclass(frozen=True)
class Archive:
    """All articles by theme and age: what searches and old links still lead to."""

    item: Ints
    running: Floats
    order: Ints
    span: int

    def draw(self, theme: Ints, moment: Ints, rng: np.random.Generator) -> Ints:
        """One article each of the given themes, a day or more old at the given moments."""
        low = np.searchsorted(self.order, theme * self.span)
        high = np.searchsorted(self.order, theme * self.span + moment - 86_400_000, side="right")
        return _bisect(self.item, self.running, low, high, rng)


def _bisect(item: Ints, running: Floats, low: Ints, high: Ints, rng: np.random.Generator) -> Ints:
    target = running[low] + rng.random(low.size) * (running[high] - running[low])
    found = np.searchsorted(running, target, side="right") - 1
    found = np.minimum(np.maximum(found, low), np.maximum(high - 1, 0))
    return np.where(high > low, item[np.minimum(found, item.size - 1)], NOTHING)


def _running(weight: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(weight)])


@dataclass(frozen=True)
class Newsstand:
    """Every way to an article: the front page, a theme's page, a region's page, the archive."""

    front: Shelf
    themes: Shelf
    regions: Shelf
    archive: Archive
    issued: Ints
    slots: int

    def latest(self, moment: Ints) -> Ints:
        """The last article out before each moment: what is left when a shelf is bare."""
        return np.searchsorted(self.issued, moment, side="right") - 1


def set_up(catalogue: Catalogue, size: Size) -> Newsstand:
    """Lays the catalogue out for drawing."""
    item, slot, weight = _alive(catalogue, size)
    n = diurnal.slots(size)
    region = catalogue.region[item]
    local = np.flatnonzero(region >= 0)
    return Newsstand(
        front=_shelf(slot, item, weight, n),
        themes=_shelf(catalogue.theme[item] * n + slot, item, weight, n * len(THEMES)),
        regions=_shelf(region[local] * n + slot[local], item[local], weight[local], n * len(REGIONS)),
        archive=_archive(catalogue, size),
        issued=catalogue.issued,
        slots=n,
    )


def _alive(catalogue: Catalogue, size: Size) -> tuple[Ints, Ints, Floats]:
    """Each fresh article once for each half hour of its life; the first one opens after its birth."""
    fresh = np.arange(len(catalogue) - catalogue.fresh, len(catalogue))
    opens = -((size.start - catalogue.issued[fresh]) // diurnal.SLOT)
    item = np.repeat(fresh, LIFE // diurnal.SLOT)
    slot = (opens[:, None] + np.arange(LIFE // diurnal.SLOT)).ravel()
    seen = (slot >= 0) & (slot < diurnal.slots(size))
    item, slot = item[seen], slot[seen]
    age = (size.start + (slot + 1) * diurnal.SLOT - catalogue.issued[item]) / 3_600_000
    ripe = age / catalogue.pace[item]
    return item, slot, catalogue.heat[item] * ripe * np.exp(1 - ripe)


def _shelf(cell: Ints, item: Ints, weight: Floats, cells: int) -> Shelf:
    order = np.argsort(cell, kind="stable")
    first = np.searchsorted(cell[order], np.arange(cells + 1))
    return Shelf(item[order], _running(weight[order]), first)


def _archive(catalogue: Catalogue, size: Size) -> Archive:
    span = size.horizon + 1
    key = catalogue.theme * span + catalogue.issued
    order = np.argsort(key, kind="stable")
    age = np.maximum(size.end - catalogue.issued, 0) / MONTH
    weight = catalogue.heat / (0.2 + age)
    return Archive(order, _running(weight[order]), key[order], span)
