"""Openings and applicants as arrays, and the encoder that makes them from plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.domains.recruiting.matching.data.application_table import find_positions
from script_shared.domains.recruiting.matching.data.entity_values import (
    CATEGORIES,
    Values,
    read_applicant_numbers,
    read_applicant_text,
    read_category,
    read_opening_numbers,
    read_opening_text,
    read_place,
    read_title,
    split_areas,
)
from script_shared.domains.recruiting.matching.features.bit_sets import BitArray, pack_sets
from script_shared.domains.recruiting.matching.features.skill_reader import open_skill_reader
from script_shared.embeddings.tfidf import TfidfEmbedder, TfidfParameters
from script_shared.types import Arrays, FeatureArray, IntArray
from script_shared.vocabulary import UNKNOWN, Vocabulary

#: Areas that have a bit; the form of the firm's site has 26.
_AREAS = 64
#: Names of the parts of a stored encoder, beside those of the categories.
_AREA, _TITLE_TEXT, _DESCRIPTION_TEXT, _TEXTS = "area", "title_text", "description_text", "texts"


class TextVectorParameters(BaseModel):
    """How titles and descriptions are encoded; see `TfidfParameters`.

    Attributes:
        title, description: the parameters of both.
        max_texts: maximum number of openings that they are fitted on, the newest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: TfidfParameters = TfidfParameters(dimensions=64, characters=300, words=20_000, ngrams=30_000)
    description: TfidfParameters = TfidfParameters(dimensions=64, characters=3_000)
    max_texts: int = 40_000


@dataclass(frozen=True, slots=True, eq=False)
class EntityTable:
    """Openings or applicants, one a row.

    Attributes:
        codes: positions of the categories, -1 where unknown, shape (n, len(CATEGORIES)).
        numbers: NaN where unknown, shape (n, numbers).
        titles, descriptions: unit vectors in half precision, zero without known terms, (n, dimensions).
        skills, areas: sets as bits, shape (n, words).
    """

    codes: IntArray
    numbers: FeatureArray
    titles: FeatureArray
    descriptions: FeatureArray
    skills: BitArray
    areas: BitArray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: IntArray) -> EntityTable:
        """Return some of the rows."""
        return EntityTable(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def concatenate(cls, tables: Sequence[EntityTable]) -> EntityTable:
        """Return the rows of all tables, of which there is at least one."""
        return cls(
            *(np.concatenate([getattr(table, field.name) for table in tables]) for field in fields(cls))
        )

    def dump(self) -> Arrays:
        """Return the arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def load(cls, arrays: Arrays) -> EntityTable:
        """Restore the table from the result of `dump`."""
        return cls(**{field.name: np.asarray(arrays[field.name]) for field in fields(cls)})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class EntityEncoder:
    """Turns the values of openings and applicants into rows of their tables.

    Attributes:
        categories: the vocabulary of each of `CATEGORIES`, and of single areas.
        title, description: the embedders of the texts.
        parameters: of the texts.
    """

    categories: Mapping[str, Vocabulary]
    title: TfidfEmbedder
    description: TfidfEmbedder
    parameters: TextVectorParameters

    @classmethod
    def fit(
        cls, openings: Sequence[Values], old: Sequence[Values], parameters: TextVectorParameters
    ) -> EntityEncoder:
        """Fit vocabularies and embedders.

        Args:
            openings: their categories have codes.
            old: the openings before the cut, the oldest first: the embedders are fitted on their texts.
            parameters: of the texts.
        """
        categories = {
            name: Vocabulary.from_ids(value for row in openings if (value := read_category(row, name)))
            for name in CATEGORIES
        }
        areas = Vocabulary.from_ids(area for row in openings for area in split_areas(row))
        newest = old[-parameters.max_texts :]
        title, description = parameters.title, parameters.description
        return cls(
            {**categories, _AREA: areas},
            TfidfEmbedder.fit([read_title(row)[: title.characters] for row in newest], title, ()),
            TfidfEmbedder.fit(
                [read_opening_text(row)[: description.characters] for row in newest], description, ()
            ),
            parameters,
        )

    def encode_openings(self, rows: Sequence[Values]) -> EntityTable:
        """Return the table of openings, from the values of their columns."""
        codes = np.empty((len(rows), len(CATEGORIES)), np.int32)
        for column, name in enumerate(CATEGORIES):
            values = [read_category(row, name) for row in rows]
            codes[:, column] = find_positions(self.categories[name], values)
        return self._encode(rows, codes, read_opening_numbers, read_opening_text)

    def encode_applicants(self, rows: Sequence[Values]) -> EntityTable:
        """Return the table of applicants; of the categories only state and city are set."""
        codes = np.full((len(rows), len(CATEGORIES)), UNKNOWN, np.int32)
        for name in ("state", "city"):
            values = [read_place(row, name) for row in rows]
            codes[:, CATEGORIES.index(name)] = find_positions(self.categories[name], values)
        return self._encode(rows, codes, read_applicant_numbers, read_applicant_text)

    def _encode(
        self,
        rows: Sequence[Values],
        codes: IntArray,
        read_numbers: Callable[[Values], Sequence[float]],
        read_text: Callable[[Values], str],
    ) -> EntityTable:
        limits = self.parameters.title.characters, self.parameters.description.characters
        titles = [read_title(row) for row in rows]
        texts = [read_text(row) for row in rows]
        reader, areas = open_skill_reader(), self.categories[_AREA]
        numbers = [read_numbers(row) for row in rows]
        return EntityTable(
            codes,
            np.array(numbers, np.float32).reshape(len(rows), len(read_numbers({}))),
            _halve(self.title.encode([title[: limits[0]] for title in titles])),
            _halve(self.description.encode([text[: limits[1]] for text in texts])),
            pack_sets(map(reader.read, texts), len(reader)),
            pack_sets((map(areas.find, split_areas(row)) for row in rows), _AREAS),
        )

    def dump(self) -> Bundle:
        """Return the vocabularies, the embedders and the parameters of the texts."""
        parts = {name: Bundle(vocabulary.arrays()) for name, vocabulary in self.categories.items()}
        texts = Bundle({}, self.parameters.model_dump(mode="json"))
        vectors = {_TITLE_TEXT: self.title.dump(), _DESCRIPTION_TEXT: self.description.dump()}
        return Bundle.nest({**parts, **vectors, _TEXTS: texts})

    @classmethod
    def load(cls, bundle: Bundle) -> EntityEncoder:
        """Restore the encoder from the result of `dump`."""
        return cls(
            {name: Vocabulary.restore(bundle.part(name).arrays) for name in (*CATEGORIES, _AREA)},
            TfidfEmbedder.load(bundle.part(_TITLE_TEXT)),
            TfidfEmbedder.load(bundle.part(_DESCRIPTION_TEXT)),
            TextVectorParameters.model_validate(bundle.part(_TEXTS).document),
        )


def _halve(vectors: FeatureArray) -> FeatureArray:
    """Round to half precision, which a release stores, so that a loaded table equals the fitted one."""
    return vectors.astype(np.float16).astype(np.float32)
