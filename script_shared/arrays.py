"""Arrays and JSON in a folder: how fitted state is kept, without pickle, ready to be memory-mapped."""

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
    """What a fitted part gives away: arrays by name, and a document of plain JSON values."""

    arrays: Arrays = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write one `.npy` an array and `document.json` into a new folder."""
        folder.mkdir(parents=True)
        for name, array in self.arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)
        (folder / "document.json").write_text(json.dumps(self.document, indent=1, sort_keys=True))

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """Map a bundle into memory, shared between processes; what one of them writes, it alone sees."""
        arrays = {path.stem: _map(path) for path in sorted(folder.glob("*.npy"))}
        return cls(arrays, json.loads((folder / "document.json").read_text()))


def _map(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """Map one array; an empty file cannot be mapped, and numpy says so with a ValueError."""
    header = np.load(path, mmap_mode=None, allow_pickle=False) if path.stat().st_size <= 4096 else None
    return header if header is not None else np.load(path, mmap_mode="c", allow_pickle=False)
