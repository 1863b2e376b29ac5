from math import log1p

import polars as pl
import pytest

from pipelines.domains.news.engagement_target import MAX_LABEL, compute_engagement_labels, select_label_inputs
from pipelines.domains.news.sources.synthetic import SyntheticSource

COLUMNS = ["clicks", "seconds", "scroll", "hours_since_visit", "history_size", "days_since_published"]


def labels(*rows, greatest=MAX_LABEL):
    return compute_engagement_labels(pl.DataFrame(rows, COLUMNS, orient="row"), greatest).to_list()


def test_by_hand():
    """Raws are (2 + 90 + 50 - 2) · 1 · 1 = 140, 140 / 2 / 2 = 35, and one below 0 that counts 0."""
    rows = [(2, 60, 50, 2, 130, 0), (2, 60, 50, 2, 65, 50), (1, 0, 0, 24, 130, 0)]
    assert labels(*rows) == [10, round(10 * log1p(35) / log1p(140)), 0] == [10, 7, 0]
    assert labels(*rows, greatest=100) == [100, 72, 0]


def test_the_least_of_all_reads_is_0():
    assert labels((10, 0, 0, 0, 130, 0), (100, 0, 0, 0, 130, 0)) == [0, 10]


def test_what_is_missing_has_its_usual_value():
    known = (0, 60, 0, 1, 130, 50)
    assert labels(known, (None, 60, None, None, 130, None), (9, 600, 9, 0, 130, 0)) == [0, 0, 10]


def test_reads_that_are_all_alike_are_all_0():
    assert labels((1, 60, 50, 1, 10, 0), (1, 60, 50, 1, 10, 0)) == [0, 0]
    assert labels() == []


def test_visits_sizes_and_days_come_from_the_tables():
    moment = pl.Datetime("ms", "UTC")
    day, hour = 86_400_000, 3_600_000
    reads = pl.DataFrame(
        {
            "user_id": ["r", "s", "r"],
            "item_id": ["a", "a", "b"],
            "timestamp": [day, day + hour, day + 5 * hour],
            "clicks": [1.0, 2.0, 3.0],
            "seconds": [1.0, 2.0, 3.0],
            "scroll": [None, 2.0, 3.0],
        }
    ).with_columns(pl.col("timestamp").cast(moment))
    items = pl.DataFrame({"item_id": ["a", "b"], "published_at": [0, None]})
    found = select_label_inputs(reads, items.with_columns(pl.col("published_at").cast(moment)))
    assert found["hours_since_visit", "history_size", "days_since_published"].rows() == [
        (None, 2, 1),
        (None, 1, 1),
        (5.0, 2, None),
    ]


def test_a_read_before_the_stated_publication_is_of_day_0():
    moment = pl.Datetime("ms", "UTC")
    reads = pl.DataFrame({"user_id": ["r"], "item_id": ["a"], "timestamp": [0]})
    reads = reads.with_columns(
        pl.col("timestamp").cast(moment), clicks=pl.lit(1.0), seconds=pl.lit(1.0), scroll=pl.lit(1.0)
    )
    items = pl.DataFrame({"item_id": ["a"], "published_at": [90_000_000]})
    found = select_label_inputs(reads, items.with_columns(pl.col("published_at").cast(moment)))
    assert found["days_since_published"].to_list() == [0]


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic")
    SyntheticSource().acquire("", 0.002, folder)
    return SyntheticSource().refine(folder).tables


def test_generated_reads_have_labels_from_0_to_the_greatest(generated):
    found = compute_engagement_labels(select_label_inputs(generated.interactions, generated.items))
    assert len(found) == len(generated.interactions)
    assert (found.min(), found.max(), found.null_count()) == (0, MAX_LABEL, 0)
    assert found.n_unique() > 5


def test_longer_reading_never_lowers_a_label(generated):
    reads = select_label_inputs(generated.interactions, generated.items)
    longer = reads.with_columns(pl.col("seconds") * 2)
    both = compute_engagement_labels(pl.concat([reads, longer]))
    assert (both[: len(reads)] <= both[len(reads) :]).all()
