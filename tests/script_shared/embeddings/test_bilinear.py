from functools import cache

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.embeddings.bilinear import BilinearMap
from script_shared.embeddings.bilinear_fit import GradedPairs, fit_bilinear_map
from tests.support.vector_indexes import unit

DIMENSIONS, LEFT, RIGHT, PAIRS = 24, 300, 900, 6_000
#: Log odds of a match by the planted score.
SLOPE, OFFSET = 12.0, -2.0


@cache
def world():
    """Vectors of two sides that name the same eight subjects by different words, and tried pairs.

    The first 8 columns are the words of the left side, the next 8 those of the right side; the rest are noise
    that both share. A pair matches by the product of its subjects, which the dot product cannot see.
    """
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(LEFT, DIMENSIONS)), rng.normal(size=(RIGHT, DIMENSIONS))
    left[:, 8:16] = right[:, :8] = 0
    left, right = unit(left), unit(right)
    planted = 3 * left[:, :8] @ right[:, 8:16].T
    rows = rng.integers(0, LEFT, PAIRS), rng.integers(0, RIGHT, PAIRS)
    odds = SLOPE * planted[rows] + OFFSET
    grade = (rng.random(PAIRS) < 1 / (1 + np.exp(-odds))).astype(np.float32)
    return left, right, planted, GradedPairs(*rows, grade)


@cache
def fitted():
    left, right, _, pairs = world()
    return fit_bilinear_map(left, right, pairs, embedder="embedder-1")


def ndcg_at_10(scores, gains):
    """Return the mean NDCG@10 of rows."""
    order = np.argsort(-scores, axis=1)[:, :10]
    ideal = -np.sort(-gains, axis=1)[:, :10]
    discounts = 1 / np.log2(np.arange(2, 12))
    return ((np.take_along_axis(gains, order, axis=1) @ discounts) / (ideal @ discounts)).mean()


def test_the_planted_rule_is_learned_in_both_directions():
    left, right, planted, _ = world()
    gains = np.maximum(planted, 0)
    model, unfitted = fitted(), left @ right.T
    from_left, from_right = model.transform_left(left) @ right.T, model.transform_right(right) @ left.T
    assert ndcg_at_10(from_left, gains) > ndcg_at_10(unfitted, gains) + 0.3
    assert ndcg_at_10(from_right, gains.T) > ndcg_at_10(unfitted.T, gains.T) + 0.3


def test_predicted_grades_are_near_the_planted_probabilities():
    left, right, planted, _ = world()
    rng = np.random.default_rng(1)
    rows = rng.integers(0, LEFT, 5_000), rng.integers(0, RIGHT, 5_000)
    predicted = fitted().predict(left[rows[0]], right[rows[1]])
    probability = 1 / (1 + np.exp(-(SLOPE * planted[rows] + OFFSET)))
    assert np.corrcoef(predicted, probability)[0, 1] > 0.7
    assert predicted.mean() == pytest.approx(probability.mean(), abs=0.05)


def test_both_transformations_give_the_same_score():
    left, right, _, _ = world()
    model, some = fitted(), right[:LEFT]
    scores = model.score(left, some)
    np.testing.assert_allclose((model.transform_left(left) * some).sum(axis=1), scores, atol=1e-5)
    np.testing.assert_allclose((model.transform_right(some) * left).sum(axis=1), scores, atol=1e-5)


def test_the_identity_scores_by_the_dot_product():
    left, right, _, _ = world()
    model = BilinearMap.identity(DIMENSIONS, "embedder-1")
    assert np.array_equal(model.transform_left(left), left)
    assert np.array_equal(model.transform_right(right), right)
    assert model.predict(left[:1], left[:1])[0] == pytest.approx(1 / (1 + np.exp(-1)))


@pytest.mark.parametrize("kept", [0, 1, 5])
def test_any_few_pairs_can_be_fitted(kept):
    left, right, _, pairs = world()
    model = fit_bilinear_map(left, right, pairs.take(slice(kept)))
    assert np.isfinite(model.transform_left(left)).all()
    assert np.isfinite(model.predict(left, right[:LEFT])).all()


def test_nothing_is_learned_from_random_grades():
    left, right, planted, pairs = world()
    grade = np.random.default_rng(2).permutation(pairs.grade)
    model = fit_bilinear_map(left, right, pairs._replace(grade=grade))
    scores = model.transform_left(left) @ right.T
    assert abs(np.corrcoef(scores.ravel(), planted.ravel())[0, 1]) < 0.1


def test_the_map_is_the_identity_where_the_dot_product_is_the_rule():
    left, right, _, _ = world()
    products = left @ right.T
    nearest = products.argmax(axis=1)
    rows = np.arange(LEFT)
    model = fit_bilinear_map(left, right, GradedPairs(rows, nearest, np.ones(LEFT, np.float32)))
    assert np.array_equal((model.transform_left(left) @ right.T).argmax(axis=1)[-30:], nearest[-30:])


def test_two_fits_are_equal():
    left, right, _, pairs = world()
    some = pairs.take(slice(1_500))
    first, second = (fit_bilinear_map(left, right, some) for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert first.fingerprint != fitted().fingerprint


def test_a_loaded_map_is_the_fitted_one(tmp_path):
    fitted().dump().write(tmp_path / "map")
    loaded = BilinearMap.load(Bundle.read(tmp_path / "map"))
    left, right, _, _ = world()
    assert np.array_equal(loaded.transform_left(left), fitted().transform_left(left))
    assert np.array_equal(loaded.predict(left, right[:LEFT]), fitted().predict(left, right[:LEFT]))
    assert loaded.embedder == "embedder-1"
