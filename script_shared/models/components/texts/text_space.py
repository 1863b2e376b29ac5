"""Text vectors of items: each field of a text is encoded, and the item's vector is their concatenation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
from pydantic import Field

from script_shared.arrays import Bundle
from script_shared.embeddings.embedder import FittedEmbedder, TextEmbedder, hash_bundle
from script_shared.embeddings.factory import open_embedder
from script_shared.embeddings.terms import normalise  # noqa: F401 - tests read it here
from script_shared.embeddings.tfidf import TfidfEmbedder, TfidfParameters
from script_shared.errors import EmbedderError
from script_shared.types import FeatureArray

#: Between the fields of a text that has several.
FIELD_SEPARATOR = "\x1f"

#: The embedder that is fitted on the texts.
TFIDF = "tfidf"

_NON_WORD = re.compile(r"\W+")


class TextField(TfidfParameters):
    """A field of a text, such as the title.

    Attributes:
        name: of the field.
        weight: of the field's cosine in the dot product of two texts, positive.
        column: the item's column; by default the name. Two fields of a column may have different embedders.
        embedder: `tfidf`, which is fitted on the texts, or a pretrained one, see `open_embedder`.
    """

    name: str = Field(pattern="^[a-z_]+$")
    weight: float = Field(1.0, gt=0)
    column: str = ""
    embedder: str = TFIDF


class TextParameters(TfidfParameters):
    """How texts are encoded.

    Attributes:
        fit_items: maximum number of texts that a space is fitted on.
        fit_window: hours; a space is fitted on items that were published or used in so many hours.
        fields: the fields of a text, each encoded by its own parameters; without fields a text is encoded as
            a whole, by the parameters here.
    """

    fit_items: int = 20_000
    fit_window: float = 168.0
    fields: tuple[TextField, ...] = ()


class _FieldEmbedder(NamedTuple):
    name: str
    weight: float
    embedder: TextEmbedder
    specification: str = TFIDF


class TextSpace:
    """The fitted embedders of all fields.

    The dot product of two vectors is the weighted sum of the fields' cosines, since each field's unit vector
    is multiplied by the square root of the field's weight. An empty field has the cosine 0 with every other.

    Args:
        fields: name, weight and embedder of each field; one without a name encodes texts as a whole.
    """

    def __init__(self, fields: Sequence[_FieldEmbedder]) -> None:
        self._fields = fields

    @property
    def dimensions(self) -> int:
        """The length of a vector."""
        return sum(field.embedder.dimensions for field in self._fields)

    @property
    def slices(self) -> Mapping[str, slice]:
        """The columns of each field in a vector, by the field's name."""
        ends = accumulate((field.embedder.dimensions for field in self._fields), initial=0)
        return {field.name: slice(*span) for field, span in zip(self._fields, pairwise(ends), strict=True)}

    @property
    def weights(self) -> Mapping[str, float]:
        """The weight of each field, by the field's name."""
        return {field.name: field.weight for field in self._fields}

    @cached_property
    def fingerprint(self) -> str:
        """A hash of the space: vectors of different spaces must not be compared."""
        return hash_bundle(self.dump())

    @classmethod
    def fit(
        cls, documents: Sequence[str], parameters: TextParameters, stop_words: Sequence[str]
    ) -> TextSpace:
        """Fit a space on texts.

        Args:
            documents: the texts; the fields of a text are joined by `FIELD_SEPARATOR`.
            parameters: the fields, or limits of the only one.
            stop_words: words that are ignored, in lower case without accents.
        """
        if not parameters.fields:
            return cls([_FieldEmbedder("", 1.0, TfidfEmbedder.fit(documents, parameters, stop_words))])
        columns = _split_fields(documents, len(parameters.fields))
        return cls(
            [
                _FieldEmbedder(field.name, field.weight, _fit_field(texts, field, stop_words), field.embedder)
                for field, texts in zip(parameters.fields, columns, strict=True)
            ]
        )

    def transform(self, documents: Sequence[str]) -> FeatureArray:
        """Return the vectors of texts; a field without known words is zero.

        Returns:
            float32, shape (texts, dimensions); of length 1 for a text as a whole.
        """
        columns = _split_fields(documents, len(self._fields))
        parts = [field.embedder.encode(texts) for field, texts in zip(self._fields, columns, strict=True)]
        if len(parts) == 1 and self._fields[0].weight == 1:
            return parts[0]
        weights = [np.float32(np.sqrt(field.weight)) for field in self._fields]
        return np.hstack([part * weight for part, weight in zip(parts, weights, strict=True)])

    def split(self, vectors: FeatureArray) -> dict[str, FeatureArray]:
        """Return the unit vectors of each field, by the field's name; zero for an empty field.

        Args:
            vectors: the result of `transform`.
        """
        slices = self.slices
        return {
            field.name: vectors[:, slices[field.name]] / np.float32(np.sqrt(field.weight))
            for field in self._fields
        }

    def dump(self) -> Bundle:
        """Return the terms of all fields and their vectors; of pretrained embedders the fingerprints."""
        if not self._fields[0].name:
            return _dump_arrays(self._fields[0].embedder)
        arrays = {
            f"{field.name}.{name}": array
            for field in self._fields
            for name, array in _dump_arrays(field.embedder).arrays.items()
        }
        return Bundle(arrays, {"fields": [_describe(field) for field in self._fields]})

    @classmethod
    def load(cls, bundle: Bundle) -> TextSpace:
        """Restore a space from the result of `dump`.

        Raises:
            EmbedderError: a pretrained embedder is not installed, or has other weights now.
        """
        if "fields" not in bundle.document:
            return cls([_FieldEmbedder("", 1.0, TfidfEmbedder.load(bundle))])
        return cls([_load_field(bundle, document) for document in bundle.document["fields"]])


def _fit_field(texts: Sequence[str], field: TextField, stop_words: Sequence[str]) -> TextEmbedder:
    if field.embedder == TFIDF:
        return TfidfEmbedder.fit(texts, field, stop_words)
    return open_embedder(field.embedder)


def _dump_arrays(embedder: TextEmbedder) -> Bundle:
    return embedder.dump() if isinstance(embedder, FittedEmbedder) else Bundle()


def _describe(field: _FieldEmbedder) -> dict[str, str | float]:
    document: dict[str, str | float] = {
        "name": field.name,
        "weight": field.weight,
        "embedder": field.specification,
    }
    if field.specification != TFIDF:
        document["fingerprint"] = field.embedder.fingerprint
    return document


def _load_field(bundle: Bundle, document: Mapping[str, Any]) -> _FieldEmbedder:
    name, specification = document["name"], document["embedder"]
    if specification == TFIDF:
        arrays = {key: array for key, array in bundle.arrays.items() if key.startswith(f"{name}.")}
        embedder = TfidfEmbedder.load(
            Bundle({key.removeprefix(f"{name}."): array for key, array in arrays.items()})
        )
        return _FieldEmbedder(name, document["weight"], embedder)
    pretrained = open_embedder(specification)
    if pretrained.fingerprint != document["fingerprint"]:
        what = f"the embedder is {pretrained.fingerprint!r}, the release needs {document['fingerprint']!r}"
        raise EmbedderError(what, where=specification, remedy="install that version, or train again")
    return _FieldEmbedder(name, document["weight"], pretrained, specification)


def _split_fields(documents: Sequence[str], fields: int) -> list[Sequence[str]]:
    """Return the texts of each field; a text with too few separators lacks its last fields."""
    if fields == 1:
        return [documents]
    rows = [document.split(FIELD_SEPARATOR, fields - 1) for document in documents]
    return [[row[field] if field < len(row) else "" for row in rows] for field in range(fields)]


@dataclass(frozen=True, slots=True)
class TextComposition:
    """How the text of an item is composed, alike in training and in serving.

    Attributes:
        columns: the columns of the items that are read, besides `category`.
        compose: returns the text of an item from the values of these columns and of `category`, which are
            None, empty or absent where unknown.
    """

    columns: tuple[str, ...]
    compose: Callable[[Mapping[str, str | None], TextParameters], str]


def compose_text(title: str | None, body: str | None, region: str | None, category: str | None) -> str:
    """Return the fields of an item as one text; category and region become single words."""
    labels = (("category", category), ("region", region))
    words = [f"{kind}_{_NON_WORD.sub('_', name)}" for kind, name in labels if name]
    return " ".join([title or "", body or "", *words]).strip()


def compose_as_one(item: Mapping[str, str | None], parameters: TextParameters) -> str:
    """Return title, start of the body, category and region of an item as one text."""
    body = (item.get("body") or "")[: parameters.characters]
    return compose_text(item.get("title"), body, item.get("region"), item.get("category"))


def compose_fields(item: Mapping[str, str | None], parameters: TextParameters) -> str:
    """Return the start of the column of each field in `parameters`, joined by `FIELD_SEPARATOR`."""
    texts = ((item.get(field.column or field.name) or "")[: field.characters] for field in parameters.fields)
    return FIELD_SEPARATOR.join(text.replace(FIELD_SEPARATOR, " ") for text in texts)


#: The text of an item that has a title and a body.
ITEM_TEXT = TextComposition(("title", "body", "region"), compose_as_one)
