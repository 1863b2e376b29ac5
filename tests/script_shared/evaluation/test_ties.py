from datetime import UTC, datetime

import polars as pl

from script_shared.dataset import encode_tables
from script_shared.models.components.popularity import MostPopular, MostPopularEver
from script_shared.state.state import State, StateParameters
from script_shared.tables import Tables

TIMESTAMP = pl.Datetime("ms", "UTC")
NOON = datetime(2024, 5, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)


def dataset(*item_ids):
    """Each item is read by another reader, all at the same moment."""
    readers = [f"r{number}" for number in range(len(item_ids))]
    reads = pl.DataFrame(
        {"user_id": readers, "item_id": item_ids, "timestamp": NOON, "region": "1"},
        schema_overrides={"timestamp": TIMESTAMP},
    )
    items = pl.DataFrame(
        {"item_id": sorted(set(item_ids)), "published_at": NOON, "category": "x"},
        schema_overrides={"published_at": TIMESTAMP},
    )
    users = pl.DataFrame({"user_id": readers, "user_type": None}, schema_overrides={"user_type": pl.String})
    return encode_tables(Tables(reads, items, users), ["region"], pl.lit(1.0), NOON_MS + 1)


def test_articles_read_equally_often_come_in_order_of_their_numbers():
    data = dataset("100", "20", "9", "20", "3", "3")
    state = State.from_dataset(data, StateParameters())
    stranger = state.query(-1, NOON_MS + 1, keys=(-1,))
    for model in (MostPopular(0), MostPopularEver(data)):
        found = [data.items[each.item] for each in model.recommend(stranger, state, 4)]
        assert found == ["3", "20", "9", "100"]
