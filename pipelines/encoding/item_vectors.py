"""Computes a text vector for each item, and reuses the text space and the vectors of the previous run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.encoding.parallel_text import transform_texts
from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Vectors
from script_shared.domain import Domain, Parameters
from script_shared.models.components.texts.text_space import (
    ITEM_TEXT,
    TextComposition,
    TextParameters,
    TextSpace,
)
from script_shared.types import Arrays, FeatureArray
from script_shared.vocabulary import UNKNOWN

#: A text space is refitted after this time, since names and topics change.
MAX_AGE_MS = 7 * 24 * MS_PER_HOUR
#: A text space is refitted if it contains a smaller share of the texts: they come from another publisher.
MIN_KNOWN_SHARE = 0.5

Hashes = npt.NDArray[np.uint64]


class TextRules(NamedTuple):
    """The parameters of the text space; vectors of other parameters are not reused.

    Attributes:
        parameters: dimensions and limits.
        stop_words: words that are ignored.
        composition: composes the text of an item; a changed one changes the texts.
    """

    parameters: TextParameters
    stop_words: tuple[str, ...]
    composition: TextComposition = ITEM_TEXT

    @classmethod
    def for_domain(cls, domain: Domain, parameters: Parameters) -> TextRules:
        """Return the rules of a domain."""
        return cls(domain.texts(parameters), domain.stop_words, domain.composition)

    @property
    def document(self) -> dict[str, Any]:
        """The rules as JSON values."""
        return {"texts": self.parameters.model_dump(mode="json"), "stop_words": [*self.stop_words]}


@dataclass(frozen=True, slots=True)
class TextVectors:
    """The text space and the vectors of all texts.

    Attributes:
        space: the text space.
        fitted_ms: `as_of` of the run that fitted the space, ms UTC.
        rules: the `TextRules` of the space as JSON values.
        texts: the hashes of the texts, ascending.
        vectors: the vectors of the items; row i + 1 is the vector of text i.
    """

    space: TextSpace
    fitted_ms: int
    rules: dict[str, Any]
    texts: Hashes
    vectors: Vectors

    def is_valid_for(self, texts: Hashes, as_of_ms: int, rules: TextRules) -> bool:
        """Return whether the space may be reused for these texts."""
        is_recent = 0 <= as_of_ms - self.fitted_ms <= MAX_AGE_MS
        has_same_rules = self.rules == rules.document
        return is_recent and has_same_rules and np.isin(texts, self.texts).mean() >= MIN_KNOWN_SHARE

    def to_bundles(self) -> dict[str, Bundle]:
        """Return the space and the vectors as bundles."""
        arrays: Arrays = {"texts": self.texts, "rows": self.vectors.rows, "row": self.vectors.row}
        document = {"fitted_ms": self.fitted_ms, "rules": self.rules}
        return {"space": self.space.dump(), "vectors": Bundle(arrays, document)}

    @classmethod
    def from_bundles(cls, space: Bundle, vectors: Bundle) -> TextVectors:
        """Restore the value from its bundles."""
        arrays, document = vectors.arrays, vectors.document
        rows = Vectors(np.asarray(arrays["rows"], np.float32), np.asarray(arrays["row"], np.int32))
        texts = np.asarray(arrays["texts"], np.uint64)
        return cls(TextSpace.load(space), document["fitted_ms"], dict(document["rules"]), texts, rows)


def vectorize_items(
    dataset: Dataset, items: pl.DataFrame, rules: TextRules, earlier: TextVectors | None
) -> TextVectors:
    """Return a vector for each item of a data set.

    Args:
        dataset: the data set, which defines the order of the items.
        items: the items and the columns of which their texts are composed, in any order.
        rules: the parameters of the text space.
        earlier: the vectors of an earlier run, which are reused if they are still valid.
    """
    documents = _compose_documents(dataset, items, rules)
    hashes = _hash_documents(documents)
    texts, first, row = np.unique(hashes, return_index=True, return_inverse=True)
    if earlier is None or not earlier.is_valid_for(hashes, dataset.as_of_ms, rules):
        earlier = _fit_space(dataset, documents, rules)
    rows = _compute_rows(texts, [documents[index] for index in first.tolist()], earlier)
    return replace(earlier, texts=texts, vectors=Vectors(rows, (row + 1).astype(np.int32)))


def add_vectors(dataset: Dataset, vectors: TextVectors) -> Dataset:
    """Return a copy of a data set that contains the item vectors."""
    return replace(dataset, catalogue=replace(dataset.catalogue, vectors=vectors.vectors))


def _fit_space(dataset: Dataset, documents: Sequence[str], rules: TextRules) -> TextVectors:
    """Fit a space on an even sample of the recently published or used items; it has no vectors yet."""
    items = dataset.recent_items(round(rules.parameters.fit_window * MS_PER_HOUR))
    sample = items[:: -(-len(items) // rules.parameters.fit_items) or 1].tolist()
    space = TextSpace.fit([documents[item] for item in sample], rules.parameters, rules.stop_words)
    no_vectors = Vectors(np.zeros((1, space.dimensions), np.float32), np.zeros(len(documents), np.int32))
    return TextVectors(space, dataset.as_of_ms, rules.document, np.empty(0, np.uint64), no_vectors)


def _compute_rows(texts: Hashes, documents: Sequence[str], earlier: TextVectors) -> FeatureArray:
    """Return a row of zeros, then a row for each text: copied from `earlier` if known, else computed."""
    rows = np.zeros((len(texts) + 1, earlier.space.dimensions), np.float32)
    _, known, source = np.intersect1d(texts, earlier.texts, assume_unique=True, return_indices=True)
    rows[known + 1] = earlier.vectors.rows[source + 1]
    new = np.setdiff1d(np.arange(len(texts)), known, assume_unique=True)
    rows[new + 1] = transform_texts(earlier.space, [documents[index] for index in new.tolist()])
    return rows


def _compose_documents(dataset: Dataset, items: pl.DataFrame, rules: TextRules) -> list[str]:
    """Return the text of each item in the order of the item codes; it may include the category."""
    columns = rules.composition.columns
    absent = [pl.lit(None, pl.String).alias(name) for name in columns if name not in items.columns]
    texts = items.with_columns(absent).select("item_id", *columns)
    ids = pl.DataFrame({"item_id": list(dataset.items)})
    frame = ids.join(texts, on="item_id", how="left", maintain_order="left")
    names = [*dataset.catalogue.categories]
    categories = (names[code] if code != UNKNOWN else None for code in dataset.catalogue.category.tolist())
    compose, keys = rules.composition.compose, (*columns, "category")
    return [
        compose(dict(zip(keys, (*row, category), strict=True)), rules.parameters)
        for row, category in zip(frame.select(columns).iter_rows(), categories, strict=True)
    ]


def _hash_documents(documents: Sequence[str]) -> Hashes:
    digests = (blake2b(document.encode(), digest_size=8).digest() for document in documents)
    return np.frombuffer(b"".join(digests), np.uint64)
