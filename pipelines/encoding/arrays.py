"""Writes and reads encoded data sets as arrays, which all processes of later stages memory-map and share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.encoding.item_vectors import TextVectors
from script_shared.arrays import Bundle
from script_shared.dataset import Catalogue, Dataset, Interactions, StateSnapshot, Vectors
from script_shared.domain import Parameters
from script_shared.state.state import State, StateParameters
from script_shared.types import IntArray
from script_shared.vocabulary import Vocabulary

_VOCABULARIES = ("users", "items", "keys", "categories")
_SNAPSHOT = "state_snapshot"
_INTERACTIONS = ("user", "item", "time", "weight", "keys")


def write_dataset(folder: Path, dataset: Dataset, parameters: Parameters) -> None:
    """Write a data set without text vectors and state snapshot, and the parameters to train with."""
    catalogue = dataset.catalogue
    types, names = encode_user_types(dataset.user_types.tolist())
    facts = {name: getattr(dataset, name) for name in ("as_of_ms", "context", "anonymous")}
    parts = {
        "dataset": Bundle({"types": types}, {**facts, "parameters": parameters, "types": names}),
        "interactions": Bundle({name: getattr(dataset.interactions, name) for name in _INTERACTIONS}),
        "catalogue": Bundle({"published_ms": catalogue.published_ms, "category": catalogue.category}),
        "users": Bundle(dataset.users.arrays()),
        "items": Bundle(dataset.items.arrays()),
        "keys": Bundle(dataset.keys.arrays()),
        "categories": Bundle(catalogue.categories.arrays()),
    }
    write_bundles(folder, parts)


def encode_user_types(types: Sequence[Any]) -> tuple[IntArray, list[str]]:
    """Return a code for each user's type, -1 for unknown, and the names of the codes."""
    names = sorted({name for name in types if name is not None})
    codes = {name: code for code, name in enumerate(names)}
    return np.array([codes.get(name, -1) for name in types], np.int8), names


def write_bundles(folder: Path, parts: Mapping[str, Bundle]) -> None:
    """Write each bundle to a subfolder."""
    for name, bundle in parts.items():
        bundle.write(folder / name)


def read_dataset(folder: Path) -> tuple[Dataset, Parameters]:
    """Return a data set, with text vectors and state snapshot if they exist, and the parameters."""
    vocabularies = (Vocabulary.restore(Bundle.read(folder / name).arrays) for name in _VOCABULARIES)
    users, items, keys, categories = vocabularies
    bundle = Bundle.read(folder / "dataset")
    document, columns = bundle.document, _read_arrays(folder / "catalogue")
    vectors = _read_vectors(folder, len(items))
    catalogue = Catalogue(columns["published_ms"], columns["category"], categories, vectors)
    types = np.array([*document["types"], None], object)[bundle.arrays["types"]]
    context = tuple(document["context"])
    interactions = Interactions(**_read_arrays(folder / "interactions"))
    snapshot = _read_state_snapshot(folder / _SNAPSHOT)
    dataset = Dataset(
        *(users, items, keys, context, types, catalogue, interactions, document["as_of_ms"], snapshot),
        anonymous=document["anonymous"],
    )
    return dataset, document["parameters"]


def _read_vectors(folder: Path, items: int) -> Vectors:
    if not (folder / "vectors").is_dir():
        return Vectors.empty(items)
    arrays = _read_arrays(folder / "vectors")
    return Vectors(arrays["rows"], arrays["row"])


def _read_arrays(folder: Path) -> dict[str, Any]:
    """Return plain arrays: slicing numpy's memory-mapped arrays is slow."""
    return {name: np.asarray(array) for name, array in Bundle.read(folder).arrays.items()}


def read_text_vectors(folder: Path) -> TextVectors:
    """Return the text space and the vectors of all texts."""
    return TextVectors.from_bundles(Bundle.read(folder / "space"), Bundle.read(folder / "vectors"))


def write_state_snapshot(folder: Path, until_ms: int, parameters: StateParameters) -> None:
    """Write the state after all interactions before a time, ms UTC; later stages replay only the rest."""
    dataset, _ = read_dataset(folder)
    state = State.from_dataset(dataset.before(until_ms), parameters)
    header = Bundle({}, {"ms": until_ms, "parameters": parameters.model_dump(mode="json")})
    write_bundles(folder / _SNAPSHOT, {"header": header})
    write_bundles(folder / _SNAPSHOT / "state", state.snapshot())


def _read_state_snapshot(folder: Path) -> StateSnapshot | None:
    if not folder.is_dir():
        return None
    header = Bundle.read(folder / "header").document
    parts = sorted((folder / "state").iterdir())
    return StateSnapshot(
        header["ms"], header["parameters"], lambda: {part.name: Bundle.read(part) for part in parts}
    )
