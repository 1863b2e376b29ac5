"""Folders of arrays and JSON: the memory-mapped file format of fitted models and state, without pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from script_shared.types import Arrays


@dataclass(frozen=True, slots=True)
class Bundle:
    """Arrays by name, and a document of JSON values.

    Attributes:
        arrays: each is written as `<name>.npy`.
        document: written as `document.json`.
    """

    arrays: Arrays = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the bundle into a new folder.

        Raises:
            FileExistsError: the folder exists.
        """
        folder.mkdir(parents=True)
        for name, array in self.arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        (folder / "document.json").write_text(json.dumps(self.document, indent=1, sort_keys=True))

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """Memory-map a bundle, copy-on-write: processes share it, and changes stay within one process."""
        arrays = {path.stem: _load_array(path) for path in sorted(folder.glob("*.npy"))}
        return cls(arrays, json.loads((folder / "document.json").read_text()))

    @classmethod
    def nest(cls, parts: Mapping[str, Bundle]) -> Bundle:
        """Return one bundle of several; names of arrays are prefixed by `<part>.`."""
        arrays = {
            f"{part}.{name}": array for part, bundle in parts.items() for name, array in bundle.arrays.items()
        }
        return cls(arrays, {part: bundle.document for part, bundle in parts.items()})

    def part(self, name: str) -> Bundle:
        """Return one of the bundles that `nest` joined; empty where there was none of this name."""
        prefix = f"{name}."
        names = [key for key in self.arrays if key.startswith(prefix)]
        arrays = {key.removeprefix(prefix): self.arrays[key] for key in names}
        return Bundle(arrays, self.document.get(name, {}))


def _load_array(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    # An empty array cannot be mapped: its file contains a header only.
    is_small = path.stat().st_size <= 4096
    return np.load(path, mmap_mode=None if is_small else "c", allow_pickle=False)
