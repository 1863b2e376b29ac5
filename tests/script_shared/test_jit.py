"""Compiled functions, and the recorder of compilations."""

import numpy as np
import pytest
from numba import njit
from numba.core import event

from script_shared.jit import jit_compiled


@jit_compiled
def sum_values(values):
    result = 0.0
    for value in values:
        result += value
    return result


def test_compiled_function_returns_what_python_returns():
    values = np.random.default_rng(0).random(100)
    assert sum_values(values) == pytest.approx(sum_values.py_func(values))


@pytest.fixture
def compilations():
    with event.install_recorder("numba:compile") as recorder:
        yield recorder.buffer


def test_recorder_records_a_compilation(compilations):
    njit(lambda value: value + 1)(1)
    assert compilations
