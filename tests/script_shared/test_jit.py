"""What is compiled at first use is compiled before anybody waits for it."""

import numpy as np
import pytest
from numba import njit
from numba.core import event

from script_shared.jit import jit_compiled


@jit_compiled
def total(values):
    found = 0.0
    for value in values:
        found += value
    return found


def test_a_compiled_function_gives_what_python_gives():
    values = np.random.default_rng(0).random(100)
    assert total(values) == pytest.approx(total.py_func(values))


@pytest.fixture
def compilations():
    with event.install_recorder("numba:compile") as recorder:
        yield recorder.buffer


def test_the_recorder_sees_a_compilation(compilations):
    njit(lambda value: value + 1)(1)
    assert compilations
