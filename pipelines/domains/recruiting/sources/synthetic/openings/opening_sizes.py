"""When openings are requested, and how many applications each has."""

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    CUT_OPENING_SIZE,
    EMPTY_OPENING_SHARE,
    END_DAY,
    MAX_APPLICATIONS,
    OPENING_SIZE,
    YEARS,
    DatasetSize,
    Flags,
    Ints,
    Rng,
    to_years,
)


def sample_days(n: int, rng: Rng) -> Ints:
    """Draw `n` working days with the published numbers of openings by year, in order."""
    day = np.arange(END_DAY)
    day = day[day % 7 < 5]  # EPOCH is a Monday
    year = to_years(day)
    weight = np.zeros(day.size)
    for number, row in YEARS.items():
        weight[year == number] = row.openings / (year == number).sum()
    stratum = (np.arange(n) + rng.random(n)) / n
    return day[np.searchsorted(np.cumsum(weight) / weight.sum(), stratum)]


def assign_sizes(day: Ints, size: DatasetSize, rng: Rng) -> tuple[Ints, Ints, Flags]:
    """Give each opening its number of applications; the years with more applications have larger ones.

    Returns:
        Applications in the files, their true number, and whether the opening has a record. Openings without a
        record have no applications, except a few.
    """
    n = day.size
    shift = np.array([YEARS[year].size_shift for year in to_years(day).tolist()])
    order = np.argsort(rng.normal(0, 1, n) + shift, kind="stable")
    sizes = np.zeros(n, np.int64)
    sizes[order] = np.sort(_sample_sizes(n, size.applications, rng))
    true_size = sizes.copy()
    cut = np.flatnonzero(sizes == MAX_APPLICATIONS)
    true_size[cut] = np.rint(CUT_OPENING_SIZE.sample(cut.size, rng)).astype(np.int64)
    return sizes, true_size, _select_recorded(sizes, size.unrecorded_openings, rng)


def _sample_sizes(n: int, total: int, rng: Rng) -> Ints:
    """Draw sizes whose sum is `total`."""
    filled = round(n * (1 - EMPTY_OPENING_SHARE))
    sizes = np.rint(OPENING_SIZE.sample(filled, rng)).astype(np.int64).clip(1, MAX_APPLICATIONS)
    while (missing := total - int(sizes.sum())) != 0:
        step = 1 if missing > 0 else -1
        can_change = np.flatnonzero(
            (sizes < MAX_APPLICATIONS) & (sizes + step >= 1) & (sizes + step < MAX_APPLICATIONS)
        )
        rows = rng.choice(can_change, min(abs(missing), can_change.size), replace=False)
        sizes[rows] += step
    return np.concatenate([sizes, np.zeros(n - filled, np.int64)])


def _select_recorded(sizes: Ints, unrecorded: int, rng: Rng) -> Flags:
    """Choose the openings without a record: one in a hundred of them has applications."""
    has_record = np.ones(sizes.size, np.bool_)
    with_one = rng.permutation(np.flatnonzero(sizes == 1))[: -(-unrecorded // 100)]
    empty = rng.permutation(np.flatnonzero(sizes == 0))[: unrecorded - with_one.size]
    has_record[with_one] = has_record[empty] = False
    return has_record
