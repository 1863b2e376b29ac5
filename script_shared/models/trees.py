"""Boosted trees that rank: LightGBM's lambdarank (Burges, 2010; Ke et al., 2017).

Fitting uses the package; scoring calls its library directly: a call of the package's `predict`
costs more than the trees do, and importing it brings scipy and whatever else is installed.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.bundle import Bundle
from script_shared.errors import SettingsError
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray

_FLOAT32, _ROW_MAJOR, _RAW_SCORE, _ALL = 0, 1, 1, -1
_PREDICTING = b"num_threads=1 verbosity=-1"


class TreeParameters(BaseModel):
    """How the trees are grown.

    Attributes:
        rounds: trees.
        leaves: of a tree, at most.
        learning_rate: share of each tree that counts.
        rows: of a leaf, at least.
        columns, sample: share of the features and of the rows that a tree sees.
        ridge: penalty on a leaf's value.
        top: pairs count that concern the first so many places.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = 100
    leaves: int = 31
    learning_rate: float = 0.1
    rows: int = 50
    columns: float = 0.6
    sample: float = 0.8
    ridge: float = 5.0
    top: int = 20


class Trees:
    """A fitted forest, kept as LightGBM's own text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._handle, made = ctypes.c_void_p(), ctypes.c_int()
        _call(
            "LGBM_BoosterLoadModelFromString", text.encode(), ctypes.byref(made), ctypes.byref(self._handle)
        )
        finalize(self, _call, "LGBM_BoosterFree", self._handle)

    @classmethod
    def fit(
        cls, features: FeatureArray, lengths: IntArray, chosen: BoolArray, parameters: TreeParameters
    ) -> Trees:
        """Learn to put what was chosen first.

        Args:
            features: shape (rows, features), the lists of all queries one after the other.
            lengths: of each list.
            chosen: which rows were read.
            parameters: how to grow.
        """
        import lightgbm  # training only

        p = parameters
        told = {
            "objective": "lambdarank",
            "num_leaves": p.leaves,
            "learning_rate": p.learning_rate,
            "min_data_in_leaf": p.rows,
            "feature_fraction": p.columns,
            "bagging_fraction": p.sample,
            "bagging_freq": 1,
            "lambda_l2": p.ridge,
            "lambdarank_truncation_level": p.top,
            "num_threads": 1,
            "deterministic": True,
            "force_row_wise": True,
            "seed": 0,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(features, chosen.astype(np.int32), group=lengths)
        return cls(lightgbm.train(told, data, p.rounds).model_to_string())

    def score(self, features: FeatureArray) -> FloatArray:
        """Return a score a row."""
        rows = np.ascontiguousarray(features, np.float32)
        scores, written = np.empty(len(rows), np.float64), ctypes.c_int64()
        if len(rows):
            place, shape = rows.ctypes.data_as(ctypes.c_void_p), map(ctypes.c_int32, rows.shape)
            into = scores.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
            how = (_FLOAT32, *shape, _ROW_MAJOR, _RAW_SCORE, 0, _ALL, _PREDICTING)
            _call("LGBM_BoosterPredictForMat", self._handle, place, *how, ctypes.byref(written), into)
        return scores

    def dump(self) -> Bundle:
        """Return the forest as text."""
        return Bundle({"text": np.frombuffer(self._text.encode(), np.uint8)})

    @classmethod
    def load(cls, bundle: Bundle) -> Trees:
        """Take the forest back.

        Raises:
            SettingsError: LightGBM's library cannot be loaded, or does not take the text.
        """
        return cls(np.asarray(bundle.arrays["text"], np.uint8).tobytes().decode())


def _call(function: str, *arguments: Any) -> None:
    if getattr(_library(), function)(*arguments) != 0:
        why = _library().LGBM_GetLastError().decode(errors="replace")
        raise SettingsError(f"LightGBM failed: {why}", remedy="publish a new release")


@cache
def _library() -> ctypes.CDLL:
    package = find_spec("lightgbm")
    if package is None or package.origin is None:
        raise SettingsError("LightGBM is not installed", remedy="install requirements.txt")
    (path,) = (Path(package.origin).parent / "lib").glob("lib_lightgbm.*")
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        remedy = "install OpenMP's runtime, on Debian the package libgomp1"
        raise SettingsError(f"LightGBM cannot be loaded: {error}", remedy=remedy) from error
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library
