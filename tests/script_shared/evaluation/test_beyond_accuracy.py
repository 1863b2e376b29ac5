from datetime import UTC, datetime, timedelta
from math import log2

import polars as pl
import pytest

from script_shared.evaluation.beyond_accuracy import describe_lists

TIMESTAMP = pl.Datetime("ms", "UTC")
CUTOFF = datetime(2024, 5, 2, 12, tzinfo=UTC)
CUTOFF_MS = int(CUTOFF.timestamp() * 1000)

ITEMS = pl.DataFrame(
    {
        "item_id": ["a", "b", "c", "d", "e"],
        "category": ["x", "x", "y", None, "y"],
        "published_at": [*(CUTOFF - timedelta(hours=h) for h in (1, 2, 6, 20)), None],
    },
    schema_overrides={"published_at": TIMESTAMP},
)


def reads(*rows):
    """Make reads from (item, hours before the cut-off)."""
    times = [CUTOFF - timedelta(hours=hours) for _, hours in rows]
    return pl.DataFrame(
        {"item_id": [item for item, _ in rows], "timestamp": times}, schema_overrides={"timestamp": TIMESTAMP}
    )


#: Eight reads count: four of a, two of b, one of c, one of d. Those of e lie outside the window.
READS = reads(*[("a", 1)] * 4, ("b", 2), ("b", 24), ("c", 3), ("d", 4), ("e", 24.1), ("e", 0), ("e", -1))


def lists(**by_reader):
    rows = [(reader, item) for reader, items in by_reader.items() for item in items]
    frame = pl.DataFrame(rows, schema=["query_id", "item_id"], orient="row")
    return frame.with_columns(segment=pl.lit("all"), model=pl.lit("served"), cutoff=pl.lit(CUTOFF_MS))


def described(predictions):
    (row,) = describe_lists(predictions, ITEMS, READS).to_dicts()
    return row


def test_coverage_is_the_share_of_what_was_read_in_a_day():
    assert described(lists(r="ab", s="ac"))["coverage"] == pytest.approx(3 / 4)


def test_what_was_not_read_in_a_day_covers_nothing():
    assert described(lists(r="ae"))["coverage"] == pytest.approx(1 / 4)


def test_novelty_is_the_mean_information_of_an_item():
    found = described(lists(r="ab", s="c"))["novelty"]
    assert found == pytest.approx((-log2(4 / 8) - log2(2 / 8) - log2(1 / 8)) / 3)


def test_an_item_that_nobody_read_is_as_novel_as_one_read_once():
    assert described(lists(r="e"))["novelty"] == pytest.approx(-log2(1 / 8))


def test_diversity_is_the_share_of_pairs_whose_categories_differ():
    """Of abce's six pairs ab and ce are alike; of ac's one pair none is."""
    assert described(lists(r="abce", s="ac"))["diversity"] == pytest.approx((4 / 6 + 1) / 2)


def test_items_without_a_category_are_left_out_of_diversity():
    assert described(lists(r="abd"))["diversity"] == pytest.approx(0)
    assert described(lists(r="ad"))["diversity"] is None


def test_age_is_the_median_over_all_that_was_recommended():
    assert described(lists(r="abe", s="c"))["median_age"] == pytest.approx(2)
    assert described(lists(r="e"))["median_age"] is None


def test_the_top_is_one_item_in_a_hundred_and_at_least_one():
    """Of four items read in a day a is the most read; two of the five recommended are a."""
    assert described(lists(r="abe", s="ac"))["top_share"] == pytest.approx(2 / 5)


def test_of_two_hundred_items_read_in_a_day_two_are_the_top():
    many = reads(*((f"i{n:03}", 1) for n in range(200)), ("i007", 2), ("i009", 2), ("i009", 2))
    items = many.select(pl.col("item_id").unique()).join(ITEMS, on="item_id", how="left")
    (row,) = describe_lists(lists(r=["i007", "i008", "i009"], s=["i000"]), items, many).to_dicts()
    assert row["top_share"] == pytest.approx(2 / 4)


def test_new_is_what_nobody_had_read_until_an_hour_ago():
    """a was first read an hour ago, d four; e a day ago, but x never before the cut-off and z never."""
    known = pl.concat([READS, reads(("x", -2))])
    items = pl.concat([ITEMS, ITEMS[:2].with_columns(item_id=pl.Series(["x", "z"]))])
    (row,) = describe_lists(lists(r="ad", s="exz"), items, known).to_dicts()
    assert row["new_share"] == pytest.approx(3 / 5)


def test_each_model_and_cutoff_is_described_apart():
    early = lists(r="a").with_columns(cutoff=pl.lit(CUTOFF_MS - 12 * 3_600_000))
    other = lists(r="ab").with_columns(model=pl.lit("fresh"))
    found = describe_lists(pl.concat([lists(r="abc"), early, other]), ITEMS, READS)
    assert found.select("model", "cutoff").rows() == [
        ("served", CUTOFF_MS - 12 * 3_600_000),
        ("served", CUTOFF_MS),
        ("fresh", CUTOFF_MS),
    ]
    assert found["median_age"].to_list() == pytest.approx([-11, 2, 1.5])
