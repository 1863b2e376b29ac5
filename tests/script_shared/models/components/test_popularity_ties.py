"""The popularity baselines break ties by item id."""

from datetime import UTC, datetime

import polars as pl

from script_shared.dataset import encode_tables
from script_shared.models.components.popularity import MostPopular, MostPopularEver
from script_shared.state.state import State, StateParameters
from script_shared.tables import Tables

TIMESTAMP = pl.Datetime("ms", "UTC")
NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


def make_dataset(*item_ids):
    """Return a data set of clicks on items by different users, all at the same time."""
    users = [f"r{number}" for number in range(len(item_ids))]
    interactions = pl.DataFrame(
        {"user_id": users, "item_id": item_ids, "timestamp": NOON, "region": "1"},
        schema_overrides={"timestamp": TIMESTAMP},
    )
    items = pl.DataFrame(
        {"item_id": sorted(set(item_ids)), "published_at": NOON, "category": "x"},
        schema_overrides={"published_at": TIMESTAMP},
    )
    user_table = pl.DataFrame(
        {"user_id": users, "user_type": None}, schema_overrides={"user_type": pl.String}
    )
    return encode_tables(Tables(interactions, items, user_table), ["region"], pl.lit(1.0), NOON_MS + 1)


def test_items_with_equal_counts_are_sorted_by_id():
    dataset = make_dataset("100", "20", "9", "20", "3", "3")
    state = State.from_dataset(dataset, StateParameters())
    query = state.query(-1, NOON_MS + 1, keys=(-1,))
    for model in (MostPopular(0), MostPopularEver(dataset)):
        ranked = [dataset.items[scored.item] for scored in model.recommend(query, state, 4)]
        assert ranked == ["3", "20", "9", "100"]
