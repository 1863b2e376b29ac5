"""Small worlds of readers and items, written down or drawn, as the data sets that models are given."""

import numpy as np
import polars as pl
from hypothesis import strategies as st

from pipelines.encoding.item_vectors import TextRules, add_vectors, vectorize_items
from script_shared.dataset import encode
from script_shared.domains.news.stop_words import STOP_WORDS
from script_shared.domains.news.tables import CONTEXT, INTERACTIONS, ITEMS, USERS
from script_shared.models.components.text_space import TextParameters
from script_shared.tables import Tables
from script_shared.types import Query

HOUR_MS = 3_600_000
RULES = TextRules(TextParameters(dimensions=8), STOP_WORDS)
START_MS = 1_700_000_000_000 // HOUR_MS * HOUR_MS


def at(hour):
    return START_MS + int(hour * HOUR_MS)


def world(reads, *, hours, items=(), titles=None, categories=None, published=None):
    """Encode reads, given as (reader, item, hour) or (reader, item, hour, region), up to `hours`."""
    rows = sorted(((*read, None)[:4] for read in reads), key=lambda row: row[2])
    names = sorted({row[1] for row in rows} | set(items) | set(titles or ()) | set(published or ()))
    tables = Tables(_interactions(rows), _items(names, titles, categories, published), _users(rows))
    dataset = encode(tables, CONTEXT, pl.lit(1.0), at(hours))
    return add_vectors(dataset, vectorize_items(dataset, tables.items, RULES, None))


def _interactions(rows):
    columns = {
        "user_id": [str(row[0]) for row in rows],
        "item_id": [str(row[1]) for row in rows],
        "timestamp": [at(row[2]) for row in rows],
        "region": [row[3] for row in rows],
    }
    frame = pl.DataFrame(columns, schema_overrides={"region": pl.String})
    frame = frame.cast({"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64})
    return INTERACTIONS.conform(frame.cast({"timestamp": pl.Datetime("ms", "UTC")}))


def _items(names, titles, categories, published):
    born = [at((published or {}).get(name, 0)) for name in names]
    frame = pl.DataFrame(
        {
            "item_id": pl.Series([str(name) for name in names], dtype=pl.String),
            "published_at": pl.Series(born, dtype=pl.Int64).cast(pl.Datetime("ms", "UTC")),
            "title": pl.Series([(titles or {}).get(name) for name in names], dtype=pl.String),
            "category": pl.Series([(categories or {}).get(name) for name in names], dtype=pl.String),
        }
    )
    return ITEMS.conform(frame)


def _users(rows):
    seen = {}
    for reader, _, hour, _ in rows:
        seen.setdefault(str(reader), []).append(at(hour))
    frame = pl.DataFrame(
        {
            "user_id": pl.Series(list(seen), dtype=pl.String),
            "interactions": pl.Series([len(times) for times in seen.values()], dtype=pl.UInt32),
            "first_seen": pl.Series([min(times) for times in seen.values()], dtype=pl.Int64),
            "last_seen": pl.Series([max(times) for times in seen.values()], dtype=pl.Int64),
        }
    )
    moment = pl.Datetime("ms", "UTC")
    return USERS.conform(frame.cast({"first_seen": moment, "last_seen": moment}))


def ask(dataset, history=(), *, hour, hours=None, region=None):
    """Make the query of somebody unknown who read `history`, all of it at `hour` unless `hours` says when."""
    items = dataset.items.find_all(map(str, history))
    times = np.array([at(each) for each in hours] if hours else [at(hour)] * len(items), np.int64)
    keys = (dataset.keys.find(f"region:{region}"), -1)
    return freeze(Query(-1, None, keys, items, times, np.ones(len(items), np.float32), at(hour)))


def freeze(query):
    """Make a query's arrays raise when written to."""
    for array in (query.history, query.times, query.weights):
        array.flags.writeable = False
    return query


def names(dataset, items):
    return [dataset.items[int(item)] for item in items]


def two_tastes(*, users=40, items=20, hours=30):
    """A checkerboard: even readers read even items, odd readers odd ones, a third of their half each."""
    return [
        (
            f"r{reader}",
            f"i{item:02}",
            hours - 1 - ((reader * 7 + item * 3) % (hours - 2)) - 0.5,
        )
        for reader in range(users)
        for item in range(items)
        if reader % 2 == item % 2 and (reader // 2 + item // 2) % 3
    ]


def drawn_world(seed=0, *, users=60, items=50, interactions=1_500, hours=40):
    """Readers with tastes, items that come and go; ten items were never read, some have no category."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"r{reader}", f"i{item}", hour, reader % 3)
        for reader, item, hour in zip(
            rng.integers(0, users, interactions) ** 2 // users,
            np.minimum(rng.geometric(0.08, interactions), items - 10),
            rng.uniform(0, hours, interactions).tolist(),
            strict=True,
        )
    ]
    everything = [f"i{number}" for number in range(items)]
    return world(
        [(*row[:3], str(row[3])) for row in rows],
        hours=hours,
        items=everything,
        titles={item: f"assunto {int(item[1:]) % 4} noticia {item}" for item in everything},
        categories={item: f"c{int(item[1:]) % 5}" for item in everything if int(item[1:]) % 6},
    )


@st.composite
def worlds(draw):
    """Draw a world of at most a few readers, items and reads; it may hold no read at all."""
    read = st.tuples(
        st.integers(0, 6), st.integers(0, 12), st.integers(0, 30 * 60), st.sampled_from([None, "1", "2"])
    )
    rows = draw(st.lists(read, max_size=60))
    items = [f"i{number}" for number in range(draw(st.integers(13, 16)))]
    titles = draw(st.dictionaries(st.sampled_from(items), st.sampled_from(["gol do time", "lei nova", ""])))
    categories = draw(st.dictionaries(st.sampled_from(items), st.sampled_from(["esporte", "politica"])))
    reads = [(f"r{reader}", f"i{item}", minute / 60, region) for reader, item, minute, region in rows]
    return world(reads, hours=30.5, items=items, titles=titles, categories=categories)


@st.composite
def queries(draw, dataset):
    """Draw what anybody could ask of a data set: any history, in order of time, any context."""
    history = draw(st.lists(st.integers(0, len(dataset.items) - 1), max_size=len(dataset.items) + 5))
    end = dataset.as_of_ms
    back = st.integers(0, 80 * 60)
    times = sorted(end - 60_000 * minutes for minutes in draw(st.tuples(*[back] * len(history))))
    keys = tuple(draw(st.integers(-1, len(dataset.keys) - 1)) for _ in dataset.context)
    return freeze(
        Query(
            user=draw(st.integers(-1, len(dataset.users) - 1)),
            user_type=draw(st.sampled_from([None, "Logged", "Non-Logged"])),
            keys=keys,
            history=np.array(history, np.int32),
            times=np.array(times, np.int64),
            weights=np.array(draw(st.tuples(*[st.floats(0, 20, width=32)] * len(history))), np.float32),
            now_ms=end + 60_000 * draw(st.integers(0, 600)),
        )
    )
