"""What an item is about: TF-IDF of its words, reduced by a truncated SVD.

Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 1990. Category and region join the
words as words of their own, and stand alone where there is no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.bundle import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Catalogue, Dataset
from script_shared.models.base import Component, Remembered, best, rows_of
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN

_POOL = 500


class ContentParameters(BaseModel):
    """How items are described, and how a reader's taste is averaged.

    Attributes:
        dimensions: length of an item's vector, at most.
        characters: of each body, so many are read.
        words: size of the vocabulary.
        window: hours; items neither read nor published since have no vector.
        fit_items: the SVD is learned on so many items.
        half_life: hours in which a read loses half its say in the reader's taste.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimensions: int = 64
    characters: int = 600
    words: int = 30_000
    window: float = 168.0
    fit_items: int = 20_000
    half_life: float = 48.0


class Content(Component):
    """Cosine of an item's vector and the decayed mean of what the reader read."""

    name: ClassVar[str] = "content"

    def __init__(self, parameters: ContentParameters, stop_words: Sequence[str] = ()) -> None:
        self._parameters, self._stop_words = parameters, list(stop_words)
        self._vectors: FeatureArray = np.zeros((1, 1), np.float32)
        self._row: IntArray = np.zeros(0, np.int32)
        self._tastes: Remembered[FeatureArray] = Remembered()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Describe the items of the window; row 0 of the vectors stands for all others."""
        since = dataset.as_of_ms - int(self._parameters.window * MS_PER_HOUR)
        read = np.unique(dataset.interactions.between(since, dataset.as_of_ms).item)
        published = dataset.catalogue.published_ms
        fresh = np.flatnonzero((published >= since) & (published < dataset.as_of_ms))
        items = np.union1d(read, fresh).astype(np.int32)
        vectors = self._embed(_documents(dataset.catalogue, items, self._parameters.characters))
        self._vectors = np.concatenate([np.zeros((1, vectors.shape[1]), np.float32), vectors])
        self._tastes.forget()
        self._row = np.zeros(len(dataset.items), np.int32)
        self._row[items] = np.arange(1, len(items) + 1)

    def _embed(self, documents: list[str]) -> FeatureArray:
        from sklearn.decomposition import TruncatedSVD  # training only
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import normalize

        if not any(documents):
            return np.zeros((len(documents), 1), np.float32)
        p = self._parameters
        words = TfidfVectorizer(
            lowercase=False, stop_words=self._stop_words, max_features=p.words, dtype=np.float32
        ).fit_transform(documents)
        sample = words[:: max(1, len(documents) // p.fit_items)]
        size = min(p.dimensions, sample.shape[1] - 1, sample.shape[0] - 1)
        if size < 1:
            return np.zeros((len(documents), 1), np.float32)
        reduce = TruncatedSVD(size, n_iter=3, random_state=0).fit(sample)
        return np.asarray(normalize(reduce.transform(words)), np.float32)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the closest of the items most read lately."""
        if not len(query.history):
            return NO_ITEMS
        pool = state.most_read(len(state.parameters.half_lives) - 1, _POOL, query.now_ms)
        return best(pool, self._cosines(query, state, pool), n)

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the cosines, one column; 0 for a reader without history."""
        return self._cosines(query, state, items)[:, None]

    def _cosines(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        return self._vectors[rows_of(self._row, items)] @ self._tastes.get(query, state, self._taste)

    def _taste(self, query: Query, state: State) -> FeatureArray:
        age = (query.now_ms - query.times[-50:]) / (self._parameters.half_life * MS_PER_HOUR)
        mean = np.exp2(-np.clip(age, 0.0, 60.0)) @ self._vectors[rows_of(self._row, query.history[-50:])]
        return (mean / max(float(np.linalg.norm(mean)), 1e-9)).astype(np.float32)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("content",)

    def dump(self) -> Bundle:
        """Return the vectors, and which row describes which item."""
        return Bundle({"vectors": self._vectors, "row": self._row})

    def load(self, bundle: Bundle) -> None:
        """Take the vectors back."""
        self._tastes.forget()
        self._vectors = np.asarray(bundle.arrays["vectors"], np.float32)
        self._row = np.asarray(bundle.arrays["row"], np.int32)


def _documents(catalogue: Catalogue, items: IntArray, characters: int) -> list[str]:
    """Return title, body, category and region of each item as one text, in lower case without accents."""
    frame = catalogue.frame[items.astype(np.int64)]
    import polars as pl  # training only: serving has no polars

    wanted = {
        "title": pl.col("title").fill_null(""),
        "body": pl.col("body").str.slice(0, characters).fill_null(""),
        "region": pl.format("regiao_{}", pl.col("region")).fill_null(""),
    }
    parts = [text for column, text in wanted.items() if column in frame.columns] or [pl.lit("")]
    text = pl.concat_str(parts, separator=" ").str.to_lowercase()
    # What scikit-learn's strip_accents does, at a tenth of the time.
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    texts = frame.select(plain.alias("text"))["text"].to_list()
    codes = catalogue.category[items].tolist()
    pairs = zip(texts, codes, strict=True)
    return [f"{text} categoria_{code}".strip() if code != UNKNOWN else text.strip() for text, code in pairs]
