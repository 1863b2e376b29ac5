"""Small data sets and queries for tests of models, written down or random."""

import numpy as np
import polars as pl
from hypothesis import strategies as st

from pipelines.encoding.item_vectors import TextRules, add_vectors, vectorize_items
from script_shared.dataset import encode_tables
from script_shared.domains.news.stop_words import STOP_WORDS
from script_shared.domains.news.tables import CONTEXT, INTERACTIONS, ITEMS, USERS
from script_shared.models.components.texts.text_space import TextParameters
from script_shared.tables import Tables
from script_shared.types import Query

HOUR_MS = 3_600_000
RULES = TextRules(TextParameters(dimensions=8), STOP_WORDS)
START_MS = 1_700_000_000_000 // HOUR_MS * HOUR_MS
#: Titles for `checkerboard_interactions`: even and odd items share no word.
CHECKERBOARD_TITLES = {
    f"i{item:02}": f"{'bola estadio' if item % 2 else 'congresso votacao'} {item}" for item in range(20)
}


def hour_ms(hour):
    """Return the time of an hour after the start, ms UTC."""
    return START_MS + int(hour * HOUR_MS)


def make_dataset(interactions, *, hours, items=(), titles=None, categories=None, published=None):
    """Encode interactions, (user, item, hour) or (user, item, hour, region), before the hour `hours`."""
    rows = sorted(((*interaction, None)[:4] for interaction in interactions), key=lambda row: row[2])
    names = sorted({row[1] for row in rows} | set(items) | set(titles or ()) | set(published or ()))
    tables = Tables(_interactions(rows), _items(names, titles, categories, published), _users(rows))
    dataset = encode_tables(tables, CONTEXT, pl.lit(1.0), hour_ms(hours))
    return add_vectors(dataset, vectorize_items(dataset, tables.items, RULES, None))


def _interactions(rows):
    columns = {
        "user_id": [str(row[0]) for row in rows],
        "item_id": [str(row[1]) for row in rows],
        "timestamp": [hour_ms(row[2]) for row in rows],
        "region": [row[3] for row in rows],
    }
    frame = pl.DataFrame(columns, schema_overrides={"region": pl.String})
    frame = frame.cast({"user_id": pl.String, "item_id": pl.String, "timestamp": pl.Int64})
    return INTERACTIONS.conform(frame.cast({"timestamp": pl.Datetime("ms", "UTC")}))


def _items(names, titles, categories, published):
    published_ms = [hour_ms((published or {}).get(name, 0)) for name in names]
    frame = pl.DataFrame(
        {
            "item_id": pl.Series([str(name) for name in names], dtype=pl.String),
            "published_at": pl.Series(published_ms, dtype=pl.Int64).cast(pl.Datetime("ms", "UTC")),
            "title": pl.Series([(titles or {}).get(name) for name in names], dtype=pl.String),
            "category": pl.Series([(categories or {}).get(name) for name in names], dtype=pl.String),
        }
    )
    return ITEMS.conform(frame)


def _users(rows):
    times_of = {}
    for user, _, hour, _ in rows:
        times_of.setdefault(str(user), []).append(hour_ms(hour))
    frame = pl.DataFrame(
        {
            "user_id": pl.Series(list(times_of), dtype=pl.String),
            "interactions": pl.Series([len(times) for times in times_of.values()], dtype=pl.UInt32),
            "first_seen": pl.Series([min(times) for times in times_of.values()], dtype=pl.Int64),
            "last_seen": pl.Series([max(times) for times in times_of.values()], dtype=pl.Int64),
        }
    )
    moment = pl.Datetime("ms", "UTC")
    return USERS.conform(frame.cast({"first_seen": moment, "last_seen": moment}))


def make_query(dataset, history=(), *, hour, hours=None, region=None):
    """Return the query of an unknown user with a history, all of it at `hour` unless `hours` are given."""
    items = dataset.items.find_all(map(str, history))
    times = np.array([hour_ms(time) for time in hours] if hours else [hour_ms(hour)] * len(items), np.int64)
    keys = (dataset.keys.find(f"region:{region}"), -1)
    return freeze(Query(-1, None, keys, items, times, np.ones(len(items), np.float32), hour_ms(hour)))


def freeze(query):
    """Make a query's arrays read-only."""
    for array in (query.history, query.times, query.weights):
        array.flags.writeable = False
    return query


def item_ids(dataset, items):
    return [dataset.items[int(item)] for item in items]


def checkerboard_interactions(*, users=40, items=20, hours=30):
    """Return interactions of even users with even items and odd users with odd ones, two thirds of each."""
    return [
        (
            f"r{user}",
            f"i{item:02}",
            hours - 1 - ((user * 7 + item * 3) % (hours - 2)) - 0.5,
        )
        for user in range(users)
        for item in range(items)
        if user % 2 == item % 2 and (user // 2 + item // 2) % 3
    ]


def random_dataset(seed=0, *, users=60, items=50, interactions=1_500, hours=40):
    """Return a random data set; ten items have no interactions, some have no category."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"r{user}", f"i{item}", hour, user % 3)
        for user, item, hour in zip(
            rng.integers(0, users, interactions) ** 2 // users,
            np.minimum(rng.geometric(0.08, interactions), items - 10),
            rng.uniform(0, hours, interactions).tolist(),
            strict=True,
        )
    ]
    all_items = [f"i{number}" for number in range(items)]
    return make_dataset(
        [(*row[:3], str(row[3])) for row in rows],
        hours=hours,
        items=all_items,
        titles={item: f"assunto {int(item[1:]) % 4} noticia {item}" for item in all_items},
        categories={item: f"c{int(item[1:]) % 5}" for item in all_items if int(item[1:]) % 6},
    )


@st.composite
def datasets(draw):
    """Draw a data set of a few users, items and interactions, possibly none."""
    row = st.tuples(
        st.integers(0, 6), st.integers(0, 12), st.integers(0, 30 * 60), st.sampled_from([None, "1", "2"])
    )
    rows = draw(st.lists(row, max_size=60))
    items = [f"i{number}" for number in range(draw(st.integers(13, 16)))]
    titles = draw(st.dictionaries(st.sampled_from(items), st.sampled_from(["gol do time", "lei nova", ""])))
    categories = draw(st.dictionaries(st.sampled_from(items), st.sampled_from(["esporte", "politica"])))
    interactions = [(f"r{user}", f"i{item}", minute / 60, region) for user, item, minute, region in rows]
    return make_dataset(interactions, hours=30.5, items=items, titles=titles, categories=categories)


@st.composite
def queries(draw, dataset):
    """Draw a query with any history, in order of time, and any context."""
    history = draw(st.lists(st.integers(0, len(dataset.items) - 1), max_size=len(dataset.items) + 5))
    end = dataset.as_of_ms
    minutes_ago = st.integers(0, 80 * 60)
    times = sorted(end - 60_000 * minutes for minutes in draw(st.tuples(*[minutes_ago] * len(history))))
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
