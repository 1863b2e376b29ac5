"""Beyond-accuracy metrics against values computed by hand."""

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


def make_interactions(*rows):
    """Return interactions from (item, hours before the cut-off)."""
    times = [CUTOFF - timedelta(hours=hours) for _, hours in rows]
    return pl.DataFrame(
        {"item_id": [item for item, _ in rows], "timestamp": times}, schema_overrides={"timestamp": TIMESTAMP}
    )


#: Eight interactions count: four of a, two of b, one of c, one of d. Those of e are outside the window.
INTERACTIONS = make_interactions(
    *[("a", 1)] * 4, ("b", 2), ("b", 24), ("c", 3), ("d", 4), ("e", 24.1), ("e", 0), ("e", -1)
)


def make_lists(**by_user):
    rows = [(user, item) for user, items in by_user.items() for item in items]
    frame = pl.DataFrame(rows, schema=["query_id", "item_id"], orient="row")
    return frame.with_columns(segment=pl.lit("all"), model=pl.lit("served"), cutoff=pl.lit(CUTOFF_MS))


def describe(predictions):
    (row,) = describe_lists(predictions, ITEMS, INTERACTIONS).to_dicts()
    return row


def test_coverage_is_the_share_of_the_items_of_the_day():
    assert describe(make_lists(r="ab", s="ac"))["coverage"] == pytest.approx(3 / 4)


def test_item_outside_the_day_covers_nothing():
    assert describe(make_lists(r="ae"))["coverage"] == pytest.approx(1 / 4)


def test_novelty_is_the_mean_information_of_an_item():
    novelty = describe(make_lists(r="ab", s="c"))["novelty"]
    assert novelty == pytest.approx((-log2(4 / 8) - log2(2 / 8) - log2(1 / 8)) / 3)


def test_item_without_interactions_is_as_novel_as_one_with_one():
    assert describe(make_lists(r="e"))["novelty"] == pytest.approx(-log2(1 / 8))


def test_diversity_is_the_share_of_pairs_whose_categories_differ():
    """Two of the six pairs of abce (ab and ce) have equal categories; the pair ac has different ones."""
    assert describe(make_lists(r="abce", s="ac"))["diversity"] == pytest.approx((4 / 6 + 1) / 2)


def test_items_without_a_category_are_left_out_of_diversity():
    assert describe(make_lists(r="abd"))["diversity"] == pytest.approx(0)
    assert describe(make_lists(r="ad"))["diversity"] is None


def test_age_is_the_median_over_all_recommended_items():
    assert describe(make_lists(r="abe", s="c"))["median_age"] == pytest.approx(2)
    assert describe(make_lists(r="e"))["median_age"] is None


def test_most_popular_share_is_at_least_one_item():
    """Item a is the most popular of the day's four items; two of the five recommended items are a."""
    assert describe(make_lists(r="abe", s="ac"))["top_share"] == pytest.approx(2 / 5)


def test_most_popular_items_are_one_percent_of_the_items():
    interactions = make_interactions(
        *((f"i{n:03}", 1) for n in range(200)), ("i007", 2), ("i009", 2), ("i009", 2)
    )
    items = interactions.select(pl.col("item_id").unique()).join(ITEMS, on="item_id", how="left")
    (row,) = describe_lists(
        make_lists(r=["i007", "i008", "i009"], s=["i000"]), items, interactions
    ).to_dicts()
    assert row["top_share"] == pytest.approx(2 / 4)


def test_new_items_have_no_interaction_until_an_hour_ago():
    """Items a, d and e had their first interaction 1, 4 and 24 hours ago, x and z had none by an hour ago."""
    known = pl.concat([INTERACTIONS, make_interactions(("x", -2))])
    items = pl.concat([ITEMS, ITEMS[:2].with_columns(item_id=pl.Series(["x", "z"]))])
    (row,) = describe_lists(make_lists(r="ad", s="exz"), items, known).to_dicts()
    assert row["new_share"] == pytest.approx(3 / 5)


def test_each_model_and_cutoff_has_a_separate_row():
    earlier = make_lists(r="a").with_columns(cutoff=pl.lit(CUTOFF_MS - 12 * 3_600_000))
    other_model = make_lists(r="ab").with_columns(model=pl.lit("fresh"))
    table = describe_lists(pl.concat([make_lists(r="abc"), earlier, other_model]), ITEMS, INTERACTIONS)
    assert table.select("model", "cutoff").rows() == [
        ("served", CUTOFF_MS - 12 * 3_600_000),
        ("served", CUTOFF_MS),
        ("fresh", CUTOFF_MS),
    ]
    assert table["median_age"].to_list() == pytest.approx([-11, 2, 1.5])
