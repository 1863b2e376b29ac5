"""Refined tables encoded as arrays: every id has become a position in a vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from script_shared.anonymous import is_anonymous
from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.tables import Tables
from script_shared.types import FeatureArray, IntArray, LongArray, User
from script_shared.vocabulary import UNKNOWN, Vocabulary

# Serving reads arrays only: polars is imported where tables are encoded, which is in training.
if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Interactions:
    """Interactions as columns, in order of time.

    Attributes:
        user: positions in the users' vocabulary; an anonymous session's position lies behind it.
        item: positions in the items' vocabulary.
        time: ms UTC, ascending.
        weight: engagement, 1 = one plain interaction.
        keys: shape (n, context columns), positions of context keys, -1 where unknown.
    """

    user: IntArray
    item: IntArray
    time: LongArray
    weight: FeatureArray
    keys: IntArray

    def __len__(self) -> int:
        return len(self.time)

    def take(self, rows: slice | npt.NDArray[np.generic]) -> Interactions:
        """Return some of the rows."""
        return Interactions(
            self.user[rows], self.item[rows], self.time[rows], self.weight[rows], self.keys[rows]
        )

    @classmethod
    def merge(cls, parts: Sequence[Interactions]) -> Interactions:
        """Return the rows of all parts in order of time; at one time those of an earlier part are first."""
        time = np.concatenate([part.time for part in parts])
        joined = cls(
            np.concatenate([part.user for part in parts]),
            np.concatenate([part.item for part in parts]),
            time,
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.keys for part in parts]),
        )
        return joined.take(np.argsort(time, kind="stable"))

    def between(self, start_ms: int, end_ms: int) -> Interactions:
        """Return those with start ≤ time < end, without copying."""
        first, last = np.searchsorted(self.time, [start_ms, end_ms])
        return self.take(slice(int(first), int(last)))


@dataclass(frozen=True, slots=True)
class Vectors:
    """What the items' texts are about.

    Attributes:
        rows: a vector a text, of length 1; row 0 is zero and stands for no text.
        row: which of them describes an item, by position.
    """

    rows: FeatureArray
    row: IntArray

    @classmethod
    def none(cls, items: int) -> Vectors:
        """Return those of so many items of which nothing is known."""
        return cls(np.zeros((1, 1), np.float32), np.zeros(items, np.int32))


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """The state of the first interactions, kept so that nobody folds them again.

    Attributes:
        ms: those before this moment are in it.
        parameters: what it counts, as JSON values.
        read: gives its parts, each time anew: who takes them may change them.
    """

    ms: int
    parameters: Mapping[str, Any]
    read: Callable[[], Mapping[str, Bundle]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of each item, by position.

    Attributes:
        published_ms: ms UTC, -1 where unknown.
        category: position in `categories`; never unknown unless no item has one (then all -1).
        categories: names of the categories.
        vectors: of the items' texts; the same at every moment, since a text tells nothing of its readers.
    """

    published_ms: LongArray
    category: IntArray
    categories: Vocabulary
    vectors: Vectors


@dataclass(frozen=True)
class Dataset:
    """All that training may look at, up to a moment.

    Attributes:
        users, items, keys: vocabularies of readers, items and context keys ("region:20").
        context: the context columns, in the order of `Interactions.keys`' columns.
        user_types: login state by user position, None where unknown.
        interactions: everything before `as_of_ms`.
        head_start: of the state, where one is kept.
        anonymous: sessions without a user; their positions begin at `len(users)`.
    """

    users: Vocabulary
    items: Vocabulary
    keys: Vocabulary
    context: tuple[str, ...]
    user_types: npt.NDArray[np.object_]
    catalogue: Catalogue
    interactions: Interactions
    as_of_ms: int
    head_start: StateSnapshot | None = None
    anonymous: int = 0

    @property
    def histories(self) -> int:
        """How many positions the interactions' users have, anonymous sessions included."""
        return len(self.users) + self.anonymous

    def before(self, ms: int) -> Dataset:
        """Return the data set as it was at an earlier moment; vocabularies stay."""
        return replace(self, interactions=self.interactions.between(0, ms), as_of_ms=ms)

    def user(self, user: int, interactions: int) -> User:
        """Describe a user for the segments' rule."""
        return User(self.user_types[user] if user != UNKNOWN else None, interactions)

    def newest_items(self) -> IntArray:
        """Return the items that exist at `as_of_ms`, newest first; those without a date come last."""
        published = self.catalogue.published_ms
        existing = np.flatnonzero(published <= self.as_of_ms)
        return existing[np.argsort(-published[existing], kind="stable")].astype(np.int32)

    def recent_items(self, ms: int) -> IntArray:
        """Return the items that were read or published in the last so many ms, in ascending order."""
        since, published = self.as_of_ms - ms, self.catalogue.published_ms
        read = np.unique(self.interactions.between(since, self.as_of_ms).item)
        fresh = np.flatnonzero((published >= since) & (published < self.as_of_ms))
        return np.union1d(read, fresh).astype(np.int32)

    @cached_property
    def read_counts(self) -> IntArray:
        """Interactions of each user; anonymous sessions come last."""
        return np.bincount(self.interactions.user, minlength=self.histories).astype(np.int32)


def encode(tables: Tables, context: Sequence[str], weight: pl.Expr, as_of_ms: int) -> Dataset:
    """Turn refined tables into arrays.

    Args:
        tables: interactions ordered by timestamp; items and users with unique ids.
        context: context columns of the interactions.
        weight: engagement of an interaction, over the interactions' columns.
        as_of_ms: interactions at or after this moment are left out.
    """
    import polars as pl

    frame = tables.interactions
    users, user_rows = _index(tables.users["user_id"])
    sessions = _anonymous_sessions(frame["user_id"], len(users))
    items, item_rows = _index(tables.items["item_id"])
    about = tables.items.select("item_id", "published_at", "category")
    keys = Vocabulary.of(
        f"{column}:{value}" for column in context for value in frame[column].drop_nulls().unique()
    )
    interactions = Interactions(
        _codes(frame, pl.concat([user_rows, sessions]) if len(sessions) else user_rows),
        _codes(frame, item_rows),
        frame["timestamp"].to_physical().to_numpy(),
        frame.with_columns(weight.cast(pl.Float32).alias("weight"))["weight"].to_numpy(),
        np.stack([_key_codes(frame[column], keys) for column in context], axis=1),
    ).between(0, as_of_ms)
    types = _in_order(tables.users, user_rows)["user_type"].to_numpy().astype(object)
    catalogue = _catalogue(_in_order(about, item_rows), interactions)
    return Dataset(
        users,
        items,
        keys,
        tuple(context),
        types,
        catalogue,
        interactions,
        as_of_ms,
        anonymous=len(sessions),
    )


def _anonymous_sessions(ids: pl.Series, users: int) -> pl.DataFrame:
    """Return the synthetic ids and their positions, which follow those of the users."""
    import polars as pl

    sessions = ids.to_frame().filter(is_anonymous(pl.col(ids.name))).unique().sort(ids.name)
    return sessions.with_row_index("position", offset=users).select("position", ids.name)


def _index(ids: pl.Series) -> tuple[Vocabulary, pl.DataFrame]:
    """Return the vocabulary of distinct ids, and a table of ids and their positions."""
    import polars as pl

    ordered = ids.to_frame().unique().sort(pl.col(ids.name).str.len_bytes(), ids.name)
    return Vocabulary.of_sorted(ordered[ids.name]), ordered.with_row_index("position")


def _codes(frame: pl.DataFrame, rows: pl.DataFrame) -> IntArray:
    name = rows.columns[1]
    joined = frame.select(name).join(rows, on=name, how="left", maintain_order="left")
    return joined["position"].to_numpy().astype(np.int32)


def _key_codes(values: pl.Series, keys: Vocabulary) -> IntArray:
    import polars as pl

    known = values.unique().drop_nulls().to_list()
    places = [keys.find(f"{values.name}:{value}") for value in known]
    codes = values.replace_strict(known, places, default=UNKNOWN, return_dtype=pl.Int32)
    return codes.fill_null(UNKNOWN).to_numpy()


def _in_order(frame: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.join(frame, on=rows.columns[1], how="left", maintain_order="left")


def _catalogue(frame: pl.DataFrame, interactions: Interactions) -> Catalogue:
    categories = Vocabulary.of(frame["category"].drop_nulls().unique())
    codes = _known_codes(frame["category"], categories)
    published = frame["published_at"].to_physical().fill_null(-1).to_numpy()
    return Catalogue(published, _fill_missing(codes, interactions), categories, Vectors.none(len(frame)))


def _known_codes(values: pl.Series, vocabulary: Vocabulary) -> IntArray:
    import polars as pl

    names = list(vocabulary)
    codes = values.replace_strict(names, range(len(names)), default=UNKNOWN, return_dtype=pl.Int32)
    return codes.fill_null(UNKNOWN).to_numpy().copy()


def _fill_missing(codes: IntArray, interactions: Interactions) -> IntArray:
    """Fill unknown categories at random from items read in the same hour.

    Publishers keep metadata of what did well: whether it is there must tell a model nothing.
    """
    known = np.flatnonzero(codes[interactions.item] != UNKNOWN)
    unknown = np.flatnonzero(codes == UNKNOWN)
    if not len(known) or not len(unknown):
        return codes
    hours = interactions.time[known] // MS_PER_HOUR
    first = np.full(len(codes), interactions.time[0], np.int64)
    first[interactions.item[::-1]] = interactions.time[::-1]
    start, end = (np.searchsorted(hours, first[unknown] // MS_PER_HOUR, side) for side in ("left", "right"))
    draw = np.random.default_rng(0).random(len(unknown))
    picks = np.minimum(start + (draw * np.maximum(end - start, 1)).astype(np.int64), len(known) - 1)
    codes[unknown] = codes[interactions.item[known[picks]]]
    return codes
