import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.embeddings.bilinear_loss import Weights, contrastive_loss, logistic_loss

DIMENSIONS, RANK, PAIRS = 5, 2, 6
property_test = settings(deadline=None, derandomize=True, database=None, max_examples=20)


def draw_values(seed):
    rng = np.random.default_rng(seed)
    shapes = (DIMENSIONS, RANK), (DIMENSIONS, RANK), (2,)
    weights = Weights(*(rng.normal(size=shape) for shape in shapes))
    left, right = rng.normal(size=(2, PAIRS, DIMENSIONS))
    return weights, left, right, rng.random(PAIRS), rng.random((PAIRS, PAIRS)) < 0.2


def check_gradient(loss, weights):
    """Compare the gradient with finite differences."""
    _, gradient = loss(weights)
    for part, slopes in enumerate(gradient):
        for place in np.ndindex(slopes.shape):
            losses = []
            for change in (1e-5, -1e-5):
                values = [array.copy() for array in weights]
                values[part][place] += change
                losses.append(loss(Weights(*values))[0])
            assert slopes[place] == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=1e-3, abs=1e-5)


@property_test
@given(st.integers(0, 1_000))
def test_gradient_of_the_logistic_loss(seed):
    weights, left, right, grade, _ = draw_values(seed)
    check_gradient(lambda some: logistic_loss(some, left, right, grade), weights)


@property_test
@given(st.integers(0, 1_000), st.integers(1, PAIRS))
def test_gradient_of_the_contrastive_loss(seed, matches):
    weights, left, right, _, is_ignored = draw_values(seed)
    np.fill_diagonal(is_ignored, val=False)
    check_gradient(
        lambda some: contrastive_loss(some, left, right, is_ignored, matches, temperature=2.0), weights
    )


def test_logistic_loss_of_certain_predictions_is_zero():
    weights = Weights(np.zeros((2, 1)), np.zeros((2, 1)), np.array([100.0, 0]))
    left, right = np.array([[1.0, 0], [1, 0]]), np.array([[1.0, 0], [-1, 0]])
    assert logistic_loss(weights, left, right, np.array([1.0, 0]))[0] == pytest.approx(0, abs=1e-6)
    assert logistic_loss(weights, left, right, np.array([0.0, 1]))[0] == pytest.approx(100)


def test_contrastive_loss_without_differences_is_the_logarithm_of_the_number_of_candidates():
    weights = Weights(np.zeros((2, 1)), np.zeros((2, 1)), np.zeros(2))
    same = np.ones((4, 2))
    nothing = np.zeros((4, 4), np.bool_)
    assert contrastive_loss(weights, same, same, nothing, 3, 1.0)[0] == pytest.approx(np.log(4))
    nothing[:, 3] = nothing[3] = True
    assert contrastive_loss(weights, same, same, nothing, 3, 1.0)[0] == pytest.approx(np.log(3))
