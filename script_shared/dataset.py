"""Refined tables encoded as arrays: every id is replaced by its position in a vocabulary."""

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
    """n interactions as columns, in order of time.

    Attributes:
        user: positions in the users' vocabulary; those of anonymous sessions follow its end.
        item: positions in the items' vocabulary.
        time: ms UTC, ascending.
        weight: engagement, 1 = average.
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
        """Return some rows."""
        return Interactions(
            self.user[rows], self.item[rows], self.time[rows], self.weight[rows], self.keys[rows]
        )

    @classmethod
    def merge(cls, parts: Sequence[Interactions]) -> Interactions:
        """Merge parts by time; of rows of one time those of the earlier part come first."""
        time = np.concatenate([part.time for part in parts])
        merged = cls(
            np.concatenate([part.user for part in parts]),
            np.concatenate([part.item for part in parts]),
            time,
            np.concatenate([part.weight for part in parts]),
            np.concatenate([part.keys for part in parts]),
        )
        return merged.take(np.argsort(time, kind="stable"))

    def between(self, start_ms: int, end_ms: int) -> Interactions:
        """Return the interactions with start ≤ time < end, without copying."""
        first, last = np.searchsorted(self.time, [start_ms, end_ms])
        return self.take(slice(int(first), int(last)))


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of the items' texts; items with equal texts share one.

    Attributes:
        rows: one unit vector per text; row 0 is zero, for items without a text.
        row: row of each item, by position.
    """

    rows: FeatureArray
    row: IntArray

    @classmethod
    def empty(cls, items: int) -> Vectors:
        """Return the vectors of `items` items without texts."""
        return cls(np.zeros((1, 1), np.float32), np.zeros(items, np.int32))


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """The state at an earlier time, from which a state at a later time can be built.

    Attributes:
        end_ms: the state contains the interactions before this time, ms UTC.
        parameters: the state's parameters, as JSON values.
        load: returns a new copy of the state's parts, which the caller may change.
    """

    end_ms: int
    parameters: Mapping[str, Any]
    load: Callable[[], Mapping[str, Bundle]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Attributes of items, by position.

    Attributes:
        published_ms: published time, ms UTC, -1 where unknown.
        category: position in `categories`; -1 only where no item has a category.
        categories: names of the categories.
        vectors: of the items' texts. They do not depend on interactions, so `Dataset.before` keeps them.
    """

    published_ms: LongArray
    category: IntArray
    categories: Vocabulary
    vectors: Vectors


@dataclass(frozen=True)
class Dataset:
    """The training data up to a time.

    Attributes:
        users, items, keys: vocabularies of users, items and context keys ("region:20").
        context: the context columns, in the order of the columns of `Interactions.keys`.
        user_types: login state by user position, None where unknown.
        catalogue: attributes of the items.
        interactions: all interactions before `as_of_ms`.
        as_of_ms: end of the data, ms UTC.
        state_snapshot: state at an earlier time, None where none was stored.
        anonymous: number of sessions without a user; their positions start at `len(users)`.
    """

    users: Vocabulary
    items: Vocabulary
    keys: Vocabulary
    context: tuple[str, ...]
    user_types: npt.NDArray[np.object_]
    catalogue: Catalogue
    interactions: Interactions
    as_of_ms: int
    state_snapshot: StateSnapshot | None = None
    anonymous: int = 0

    @property
    def history_count(self) -> int:
        """Number of users and anonymous sessions."""
        return len(self.users) + self.anonymous

    def before(self, ms: int) -> Dataset:
        """Return the data set at an earlier time, with the same vocabularies."""
        return replace(self, interactions=self.interactions.between(0, ms), as_of_ms=ms)

    def user(self, user: int, interactions: int) -> User:
        """Build the user that segments are assigned by; unknown users have position -1."""
        return User(self.user_types[user] if user != UNKNOWN else None, interactions)

    def newest_items(self) -> IntArray:
        """Return the items published by `as_of_ms`, newest first; undated ones come last."""
        published = self.catalogue.published_ms
        existing = np.flatnonzero(published <= self.as_of_ms)
        return existing[np.argsort(-published[existing], kind="stable")].astype(np.int32)

    def recent_items(self, ms: int) -> IntArray:
        """Return the items published or interacted with in the last `ms` ms, ascending."""
        since, published = self.as_of_ms - ms, self.catalogue.published_ms
        active = np.unique(self.interactions.between(since, self.as_of_ms).item)
        new = np.flatnonzero((published >= since) & (published < self.as_of_ms))
        return np.union1d(active, new).astype(np.int32)

    @cached_property
    def interaction_counts(self) -> IntArray:
        """Number of interactions of each user; anonymous sessions come last."""
        return np.bincount(self.interactions.user, minlength=self.history_count).astype(np.int32)


def encode_tables(
    tables: Tables,
    context: Sequence[str],
    weight: pl.Expr,
    as_of_ms: int,
    *,
    users_are_items: bool = False,
) -> Dataset:
    """Encode refined tables as arrays.

    Args:
        tables: interactions ordered by timestamp; items and users with unique ids.
        context: context columns of the interactions.
        weight: engagement of an interaction, as an expression over the interactions' columns.
        as_of_ms: interactions at or after this time are left out, ms UTC.
        users_are_items: whether each user is an item of the same id, whose position it gets.
    """
    import polars as pl

    frame = tables.interactions
    users, user_positions = _index_ids(
        tables.items["item_id"].rename("user_id") if users_are_items else tables.users["user_id"]
    )
    sessions = _anonymous_positions(frame["user_id"], len(users))
    items, item_positions = _index_ids(tables.items["item_id"])
    attributes = tables.items.select("item_id", "published_at", "category")
    values = (f"{column}:{value}" for column in context for value in frame[column].drop_nulls().unique())
    keys = Vocabulary.from_ids(values)
    interactions = Interactions(
        _encode_ids(frame, pl.concat([user_positions, sessions]) if len(sessions) else user_positions),
        _encode_ids(frame, item_positions),
        frame["timestamp"].to_physical().to_numpy(),
        frame.with_columns(weight.cast(pl.Float32).alias("weight"))["weight"].to_numpy(),
        _encode_contexts(frame, context, keys),
    ).between(0, as_of_ms)
    types = _sort_by_position(tables.users, user_positions)["user_type"].to_numpy().astype(object)
    catalogue = _make_catalogue(_sort_by_position(attributes, item_positions), interactions)
    return Dataset(
        users, items, keys, tuple(context), types, catalogue, interactions, as_of_ms, anonymous=len(sessions)
    )


def _anonymous_positions(ids: pl.Series, users: int) -> pl.DataFrame:
    """Return a table of the anonymous sessions' ids and their positions, which follow the users'."""
    import polars as pl

    sessions = ids.to_frame().filter(is_anonymous(pl.col(ids.name))).unique().sort(ids.name)
    return sessions.with_row_index("position", offset=users).select("position", ids.name)


def _index_ids(ids: pl.Series) -> tuple[Vocabulary, pl.DataFrame]:
    """Return the vocabulary of distinct ids, and a table of the ids and their positions."""
    import polars as pl

    ordered = ids.to_frame().unique().sort(pl.col(ids.name).str.len_bytes(), ids.name)
    return Vocabulary.from_sorted_ids(ordered[ids.name]), ordered.with_row_index("position")


def _encode_ids(frame: pl.DataFrame, positions: pl.DataFrame) -> IntArray:
    name = positions.columns[1]
    joined = frame.select(name).join(positions, on=name, how="left", maintain_order="left")
    return joined["position"].to_numpy().astype(np.int32)


def _encode_contexts(frame: pl.DataFrame, context: Sequence[str], keys: Vocabulary) -> IntArray:
    """Return the context keys of interactions, shape (interactions, columns); a domain may have no column."""
    out = np.empty((len(frame), len(context)), np.int32)
    for index, column in enumerate(context):
        out[:, index] = _encode_keys(frame[column], keys)
    return out


def _encode_keys(values: pl.Series, keys: Vocabulary) -> IntArray:
    import polars as pl

    known = values.unique().drop_nulls().to_list()
    positions = [keys.find(f"{values.name}:{value}") for value in known]
    codes = values.replace_strict(known, positions, default=UNKNOWN, return_dtype=pl.Int32)
    return codes.fill_null(UNKNOWN).to_numpy()


def _sort_by_position(frame: pl.DataFrame, positions: pl.DataFrame) -> pl.DataFrame:
    return positions.join(frame, on=positions.columns[1], how="left", maintain_order="left")


def _make_catalogue(frame: pl.DataFrame, interactions: Interactions) -> Catalogue:
    categories = Vocabulary.from_ids(frame["category"].drop_nulls().unique())
    codes = _impute_categories(_encode_categories(frame["category"], categories), interactions)
    published = frame["published_at"].to_physical().fill_null(-1).to_numpy()
    return Catalogue(published, codes, categories, Vectors.empty(len(frame)))


def _encode_categories(values: pl.Series, categories: Vocabulary) -> IntArray:
    import polars as pl

    names = list(categories)
    codes = values.replace_strict(names, range(len(names)), default=UNKNOWN, return_dtype=pl.Int32)
    return codes.fill_null(UNKNOWN).to_numpy().copy()


def _impute_categories(codes: IntArray, interactions: Interactions) -> IntArray:
    """Replace unknown categories by those of random items with an interaction in the same hour.

    Popular items have metadata more often: whether it is missing must not be a signal for the models.
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
