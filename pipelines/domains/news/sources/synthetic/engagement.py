"""What a read leaves behind: clicks, time on the page, how far it was scrolled, visits."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.news.sources.synthetic.published_statistics import (
    CLICKS,
    SCROLL,
    TIME,
    VISITS,
    Floats,
    Ints,
    stream,
)


@dataclass
class Measures:
    """One row a read; in clicks and time a negative number stands for a dirty value (see ``dirt``)."""

    clicks: Ints
    time: Ints
    scroll: Floats
    visits: Ints

    def take(self, rows: Ints) -> "Measures":
        """The measures of the given rows."""
        return Measures(self.clicks[rows], self.time[rows], self.scroll[rows], self.visits[rows])


def measure(n: int, seed: int) -> Measures:
    """Draws the measures of ``n`` reads after the published quantiles."""
    rng = stream(seed, "measures")
    return Measures(
        clicks=np.rint(CLICKS.spread(n, rng)).astype(np.int64),
        time=np.rint(TIME.spread(n, rng)).astype(np.int64),
        scroll=np.round(SCROLL.spread(n, rng), 2),
        visits=np.rint(VISITS.spread(n, rng)).astype(np.int64),
    )
