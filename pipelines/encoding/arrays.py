"""An encoded data set in a folder: arrays that every later stage maps into memory, shared, not read anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.encoding.item_vectors import Description
from script_shared.arrays import Bundle
from script_shared.dataset import Catalogue, Dataset, Interactions, StateSnapshot, Vectors
from script_shared.domain import Parameters
from script_shared.state.state import State, StateParameters
from script_shared.types import IntArray
from script_shared.vocabulary import Vocabulary

_VOCABULARIES = ("users", "items", "keys", "categories")
_INTERACTIONS = ("user", "item", "time", "weight", "keys")


def write_encoded(folder: Path, dataset: Dataset, parameters: Parameters) -> None:
    """Write a data set, but for its texts and head start, and the parameters to train with."""
    catalogue = dataset.catalogue
    types, names = type_codes(dataset.user_types.tolist())
    document = {
        "as_of_ms": dataset.as_of_ms,
        "context": dataset.context,
        "anonymous": dataset.anonymous,
        "parameters": parameters,
    }
    parts = {
        "dataset": Bundle({"types": types}, {**document, "types": names}),
        "interactions": Bundle({name: getattr(dataset.interactions, name) for name in _INTERACTIONS}),
        "catalogue": Bundle({"published_ms": catalogue.published_ms, "category": catalogue.category}),
        "users": Bundle(dataset.users.arrays()),
        "items": Bundle(dataset.items.arrays()),
        "keys": Bundle(dataset.keys.arrays()),
        "categories": Bundle(catalogue.categories.arrays()),
    }
    write_bundles(folder, parts)


def type_codes(types: Sequence[Any]) -> tuple[IntArray, list[str]]:
    """Return a code for each user, -1 for unknown, and the names of the codes."""
    names = sorted({each for each in types if each is not None})
    code = {name: place for place, name in enumerate(names)}
    return np.array([code.get(each, -1) for each in types], np.int8), names


def write_bundles(folder: Path, parts: Mapping[str, Bundle]) -> None:
    """Write bundles below a folder."""
    for name, bundle in parts.items():
        bundle.write(folder / name)


def read_encoded(folder: Path) -> tuple[Dataset, Parameters]:
    """Return a data set, with what there is of texts and head start, and the parameters to train with."""
    users, items, keys, categories = (
        Vocabulary.restore(Bundle.read(folder / name).arrays) for name in _VOCABULARIES
    )
    told = Bundle.read(folder / "dataset")
    document, about = told.document, _arrays(folder / "catalogue")
    catalogue = Catalogue(about["published_ms"], about["category"], categories, _vectors(folder, len(items)))
    types = np.array([*document["types"], None], object)[told.arrays["types"]]
    context = tuple(document["context"])
    interactions = Interactions(**_arrays(folder / "interactions"))
    head = _head_start(folder / "head_start")
    dataset = Dataset(
        *(users, items, keys, context, types, catalogue, interactions, document["as_of_ms"], head),
        anonymous=document["anonymous"],
    )
    return dataset, document["parameters"]


def _vectors(folder: Path, items: int) -> Vectors:
    if not (folder / "vectors").is_dir():
        return Vectors.empty(items)
    arrays = _arrays(folder / "vectors")
    return Vectors(arrays["rows"], arrays["row"])


def _arrays(folder: Path) -> dict[str, Any]:
    """Return plain arrays: numpy's mapped ones are slow to cut."""
    return {name: np.asarray(array) for name, array in Bundle.read(folder).arrays.items()}


def read_description(folder: Path) -> Description:
    """Return the texts' space, and the vectors that lie in it."""
    return Description.of(Bundle.read(folder / "space"), Bundle.read(folder / "vectors"))


def write_head_start(folder: Path, until_ms: int, parameters: StateParameters) -> None:
    """Fold what is encoded in a folder, up to a moment, and write the state: a head start for later ends."""
    dataset, _ = read_encoded(folder)
    state = State.from_dataset(dataset.before(until_ms), parameters)
    counted = Bundle({}, {"ms": until_ms, "parameters": parameters.model_dump(mode="json")})
    write_bundles(folder / "head_start", {"counted": counted})
    write_bundles(folder / "head_start" / "state", state.snapshot())


def _head_start(folder: Path) -> StateSnapshot | None:
    if not folder.is_dir():
        return None
    counted = Bundle.read(folder / "counted").document
    parts = sorted((folder / "state").iterdir())
    return StateSnapshot(
        counted["ms"], counted["parameters"], lambda: {part.name: Bundle.read(part) for part in parts}
    )
