import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from script_shared.embeddings.bilinear_loss import Weights
from script_shared.embeddings.bilinear_selection import choose_share, fit_odds

AXES = np.eye(4, dtype=np.float32)
NO_ODDS = np.zeros(2, np.float32)
MATCHES = np.stack([np.arange(4), np.arange(4)], axis=1)


def test_a_map_that_confuses_is_shrunk_to_nothing():
    weights = Weights(10 * AXES, np.roll(AXES, 1, axis=0), NO_ODDS)
    assert choose_share(weights, AXES, AXES, MATCHES) == 0


def test_a_map_that_finds_the_matches_is_kept_as_far_as_needed():
    right = np.roll(AXES, 1, axis=0)
    weights = Weights(2 * AXES, right.T.copy(), NO_ODDS)
    # A match scores 2 × share, another vector 1.
    assert choose_share(weights, AXES, right, MATCHES) == 0.7


def test_odds_equal_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=800).astype(np.float32)
    grade = (rng.random(800) < 1 / (1 + np.exp(1 - 3 * scores))).astype(np.float32)
    expected = LogisticRegression(C=np.inf).fit(scores[:, None], grade)
    scale, offset = fit_odds(scores, grade)
    assert scale == pytest.approx(expected.coef_[0, 0], rel=0.01)
    assert offset == pytest.approx(expected.intercept_[0], rel=0.02)


@pytest.mark.parametrize("grade", [[0, 0, 0], [1, 1, 1], [0, 0, 1], [0.5, 0.5, 0.5]])
def test_odds_of_any_grades_are_finite(grade):
    assert np.isfinite(fit_odds(np.array([0, 0.5, 1], np.float32), np.array(grade, np.float32))).all()
