"""Engagement measures of reads: clicks, time on the page, scroll depth and visits."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic.published_statistics import (
    CLICKS,
    SCROLL,
    TIME_ON_PAGE,
    VISITS,
    Floats,
    Ints,
    make_rng,
)


@dataclass
class Engagement:
    """The measures of each read; `noise` replaces some by markers.

    Attributes:
        clicks: clicks on the page.
        time_ms: time on the page.
        scroll: scroll depth, percent.
        visits: visits to the page.
    """

    clicks: Ints
    time_ms: Ints
    scroll: Floats
    visits: Ints

    def take(self, rows: Ints) -> "Engagement":
        """Return the measures of the given rows."""
        return Engagement(self.clicks[rows], self.time_ms[rows], self.scroll[rows], self.visits[rows])


def sample_engagement(n: int, seed: int) -> Engagement:
    """Draw the measures of `n` reads from the published quantiles."""
    rng = make_rng(seed, "measures")
    return Engagement(
        clicks=np.rint(CLICKS.sample(n, rng)).astype(np.int64),
        time_ms=np.rint(TIME_ON_PAGE.sample(n, rng)).astype(np.int64),
        scroll=np.round(SCROLL.sample(n, rng), 2),
        visits=np.rint(VISITS.sample(n, rng)).astype(np.int64),
    )
