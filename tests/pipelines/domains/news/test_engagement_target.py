from math import log1p

import polars as pl
import pytest

from pipelines.domains.news.engagement_target import MAX_LABEL, compute_engagement_labels, select_label_inputs
from pipelines.domains.news.sources.synthetic import SyntheticSource

COLUMNS = ["clicks", "seconds", "scroll", "hours_since_visit", "history_size", "days_since_published"]


def labels(*rows, max_label=MAX_LABEL):
    return compute_engagement_labels(pl.DataFrame(rows, COLUMNS, orient="row"), max_label).to_list()


def test_labels_match_values_computed_by_hand():
    """The raw values are (2 + 90 + 50 - 2) · 1 · 1 = 140, 140 / 2 / 2 = 35, and one that is clipped at 0."""
    rows = [(2, 60, 50, 2, 130, 0), (2, 60, 50, 2, 65, 50), (1, 0, 0, 24, 130, 0)]
    assert labels(*rows) == [10, round(10 * log1p(35) / log1p(140)), 0] == [10, 7, 0]
    assert labels(*rows, max_label=100) == [100, 72, 0]


def test_read_with_the_lowest_value_has_label_0():
    assert labels((10, 0, 0, 0, 130, 0), (100, 0, 0, 0, 130, 0)) == [0, 10]


def test_missing_inputs_have_default_values():
    known = (0, 60, 0, 1, 130, 50)
    assert labels(known, (None, 60, None, None, 130, None), (9, 600, 9, 0, 130, 0)) == [0, 0, 10]


def test_equal_reads_have_label_0():
    assert labels((1, 60, 50, 1, 10, 0), (1, 60, 50, 1, 10, 0)) == [0, 0]
    assert labels() == []


def test_label_inputs_are_computed_from_the_tables():
    dtype = pl.Datetime("ms", "UTC")
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
    ).with_columns(pl.col("timestamp").cast(dtype))
    items = pl.DataFrame({"item_id": ["a", "b"], "published_at": [0, None]})
    computed = select_label_inputs(reads, items.with_columns(pl.col("published_at").cast(dtype)))
    assert computed["hours_since_visit", "history_size", "days_since_published"].rows() == [
        (None, 2, 1),
        (None, 1, 1),
        (5.0, 2, None),
    ]


def test_read_before_publication_has_age_0():
    dtype = pl.Datetime("ms", "UTC")
    reads = pl.DataFrame({"user_id": ["r"], "item_id": ["a"], "timestamp": [0]})
    reads = reads.with_columns(
        pl.col("timestamp").cast(dtype), clicks=pl.lit(1.0), seconds=pl.lit(1.0), scroll=pl.lit(1.0)
    )
    items = pl.DataFrame({"item_id": ["a"], "published_at": [90_000_000]})
    computed = select_label_inputs(reads, items.with_columns(pl.col("published_at").cast(dtype)))
    assert computed["days_since_published"].to_list() == [0]


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthetic")
    SyntheticSource().acquire("", 0.002, folder)
    return SyntheticSource().refine(folder).tables


def test_generated_reads_have_labels_from_0_to_the_maximum(generated):
    computed = compute_engagement_labels(select_label_inputs(generated.interactions, generated.items))
    assert len(computed) == len(generated.interactions)
    assert (computed.min(), computed.max(), computed.null_count()) == (0, MAX_LABEL, 0)
    assert computed.n_unique() > 5


def test_longer_time_on_page_never_lowers_a_label(generated):
    reads = select_label_inputs(generated.interactions, generated.items)
    longer = reads.with_columns(pl.col("seconds") * 2)
    both = compute_engagement_labels(pl.concat([reads, longer]))
    assert (both[: len(reads)] <= both[len(reads) :]).all()
