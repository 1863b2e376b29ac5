"""A vector for each article: new and changed texts are placed in the space that the others lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.encoding.parallel_text import place
from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Vectors
from script_shared.domain import Domain, Parameters
from script_shared.models.components.text_space import TextParameters, TextSpace, compose_text
from script_shared.types import Arrays, FeatureArray
from script_shared.vocabulary import UNKNOWN

#: A space serves for so long: a week's news have their own names and words.
LIFE_MS = 7 * 24 * MS_PER_HOUR
#: And as long as so many of the articles were described before: another publisher's do not fit in.
KNOWN_SHARE = 0.5
#: What a text is made of.
COLUMNS = ("item_id", "title", "body", "region")

Hashes = npt.NDArray[np.uint64]


class Rules(NamedTuple):
    """How texts become vectors; vectors made by other rules are not used."""

    parameters: TextParameters
    stop_words: tuple[str, ...]

    @classmethod
    def of(cls, domain: Domain, parameters: Parameters) -> Rules:
        """Return a domain's."""
        return cls(domain.texts(parameters), domain.stop_words)

    @property
    def document(self) -> dict[str, Any]:
        """The rules as JSON values."""
        return {"texts": self.parameters.model_dump(mode="json"), "stop_words": [*self.stop_words]}


@dataclass(frozen=True, slots=True)
class Description:
    """Texts and where they lie.

    Attributes:
        space: in which they lie.
        fitted_ms: `as_of` of the run that fitted it, ms UTC.
        rules: as JSON values.
        texts: hashes of the texts, ascending.
        vectors: row i + 1 is that of text i.
    """

    space: TextSpace
    fitted_ms: int
    rules: dict[str, Any]
    texts: Hashes
    vectors: Vectors

    def serves(self, texts: Hashes, as_of_ms: int, rules: Rules) -> bool:
        """Tell whether the space is still good for these articles' texts."""
        fresh = 0 <= as_of_ms - self.fitted_ms <= LIFE_MS
        return fresh and self.rules == rules.document and np.isin(texts, self.texts).mean() >= KNOWN_SHARE

    def bundles(self) -> dict[str, Bundle]:
        """Return what makes the description: the space, and what lies in it."""
        arrays: Arrays = {"texts": self.texts, "rows": self.vectors.rows, "row": self.vectors.row}
        document = {"fitted_ms": self.fitted_ms, "rules": self.rules}
        return {"space": self.space.dump(), "vectors": Bundle(arrays, document)}

    @classmethod
    def of(cls, space: Bundle, vectors: Bundle) -> Description:
        """Build it from its bundles."""
        arrays, document = vectors.arrays, vectors.document
        found = Vectors(np.asarray(arrays["rows"], np.float32), np.asarray(arrays["row"], np.int32))
        texts = np.asarray(arrays["texts"], np.uint64)
        return cls(TextSpace.load(space), document["fitted_ms"], dict(document["rules"]), texts, found)


def describe(dataset: Dataset, items: pl.DataFrame, rules: Rules, earlier: Description | None) -> Description:
    """Return a vector for each item of a data set.

    Args:
        dataset: whose items are described.
        items: their titles, bodies and regions, in any order.
        rules: how.
        earlier: a run's before, whose vectors are taken over where its space still serves.
    """
    documents = _documents(dataset, items, rules.parameters.characters)
    hashes = _hash(documents)
    texts, first, row = np.unique(hashes, return_index=True, return_inverse=True)
    if earlier is None or not earlier.serves(hashes, dataset.as_of_ms, rules):
        earlier = _begin(dataset, documents, rules)
    rows = _rows(texts, [documents[at] for at in first.tolist()], earlier)
    return replace(earlier, texts=texts, vectors=Vectors(rows, (row + 1).astype(np.int32)))


def described(dataset: Dataset, description: Description) -> Dataset:
    """Return a data set whose items have their vectors."""
    return replace(dataset, catalogue=replace(dataset.catalogue, vectors=description.vectors))


def _begin(dataset: Dataset, documents: Sequence[str], rules: Rules) -> Description:
    """Fit a space on what was read or published in its life, thinned evenly; no text has a vector yet."""
    items = dataset.recent_items(LIFE_MS)
    sample = items[:: -(-len(items) // rules.parameters.fit_items) or 1].tolist()
    space = TextSpace.fit([documents[item] for item in sample], *rules)
    nothing = Vectors(np.zeros((1, space.dimensions), np.float32), np.zeros(len(documents), np.int32))
    return Description(space, dataset.as_of_ms, rules.document, np.empty(0, np.uint64), nothing)


def _rows(texts: Hashes, documents: Sequence[str], earlier: Description) -> FeatureArray:
    """Return a row a text after one of zeros: copied where the text was known, worked out where not."""
    rows = np.zeros((len(texts) + 1, earlier.space.dimensions), np.float32)
    _, here, there = np.intersect1d(texts, earlier.texts, assume_unique=True, return_indices=True)
    rows[here + 1] = earlier.vectors.rows[there + 1]
    new = np.setdiff1d(np.arange(len(texts)), here, assume_unique=True)
    rows[new + 1] = place(earlier.space, [documents[at] for at in new.tolist()])
    return rows


def _documents(dataset: Dataset, items: pl.DataFrame, characters: int) -> list[str]:
    """Return the text of each item, by position; a category that was filled in is part of it."""
    absent = [pl.lit(None, pl.String).alias(name) for name in COLUMNS if name not in items.columns]
    frame = pl.DataFrame({"item_id": list(dataset.items)}).join(
        items.with_columns(absent).select(COLUMNS), on="item_id", how="left", maintain_order="left"
    )
    names = [*dataset.catalogue.categories]
    categories = (names[code] if code != UNKNOWN else None for code in dataset.catalogue.category.tolist())
    texts = frame.select("title", pl.col("body").str.slice(0, characters), "region").iter_rows()
    return [
        compose_text(title, body, region, category)
        for (title, body, region), category in zip(texts, categories, strict=True)
    ]


def _hash(documents: Sequence[str]) -> Hashes:
    digests = (blake2b(each.encode(), digest_size=8).digest() for each in documents)
    return np.frombuffer(b"".join(digests), np.uint64)
