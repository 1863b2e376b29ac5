"""Weights of requirements: a planted rule is found, unknown values do no harm."""

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.evaluation.classification.logistic import sigmoid
from script_shared.requirements.levels import LANGUAGE_LEVELS
from script_shared.requirements.requirement import Requirement
from script_shared.requirements.weights import RequirementWeights, compute_features
from tests.support.data.skills import make_explainer

NAMES = ("required_skills", "optional_skills", "English", "English_distance")
PLANTED = np.array([2.2, 0.6, 0.9, -0.7])


def draw_cases(rng, n=20_000):
    features = np.column_stack([rng.random((n, 2)), rng.random(n) < 0.5, rng.integers(0, 4, n)])
    return features, rng.random(n) < sigmoid(features @ PLANTED - 2)


def fit(seed=0, unknown=0.0):
    rng = np.random.default_rng(seed)
    features, outcomes = draw_cases(rng)
    features[rng.random(features.shape) < unknown] = np.nan
    return RequirementWeights.fit(NAMES, features, outcomes)


def assess(requirements, profile):
    explainer = make_explainer()
    return explainer.assess(explainer.read_requirements(requirements), explainer.read_profile(profile))


def test_features_are_shares_and_distances_and_nan_where_nothing_is_known():
    assessment = assess("Java, Python, inglês fluente. Desejável AWS", "java; inglês básico")
    assert compute_features(assessment, NAMES).tolist() == [0.5, 0.0, 0.0, 4.0]
    empty = compute_features(assess("Java, inglês", ""), NAMES)
    assert np.isnan(empty).all()


def test_planted_weights_are_found_and_the_largest_is_the_largest():
    weights = fit()
    assert weights.weights == pytest.approx(PLANTED, abs=0.15)
    assert max(weights.by_name().items(), key=lambda pair: pair[1])[0] == "required_skills"


def test_unknown_values_weaken_no_weight_by_much():
    assert fit(unknown=0.3).weights == pytest.approx(PLANTED, abs=0.3)


def test_shuffled_outcomes_have_no_weights():
    features, outcomes = draw_cases(np.random.default_rng(1))
    shuffled = np.random.default_rng(2).permutation(outcomes)
    assert np.abs(RequirementWeights.fit(NAMES, features, shuffled).weights).max() < 0.15


def test_a_constant_feature_has_no_weight():
    weights = RequirementWeights.fit(("a", "b"), [[0, np.nan], [1, 1], [0, 1], [1, 1]], [0, 1, 1, 0])
    assert weights.weights[1] == 0


def test_a_feature_that_is_hardly_ever_known_has_a_small_weight():
    rng = np.random.default_rng(0)
    features, outcomes = draw_cases(rng, 2_000)
    features[:, 2] = np.nan
    features[:4, 2] = outcomes[:4]
    features[4, 2] = 1 - outcomes[0]
    assert abs(RequirementWeights.fit(NAMES, features, outcomes).weights[2]) < 1.5


def test_a_better_profile_scores_higher():
    weights = fit()
    scores = [weights.score(assess("Java, Python", text)) for text in ("java python", "java", "cobol")]
    assert scores == sorted(scores, reverse=True)


def test_an_unknown_profile_scores_as_the_mean():
    weights = fit()
    expected = weights.intercept + float(weights.means @ weights.weights)
    assert weights.score(assess("Java, Python", "")) == pytest.approx(expected)


def test_requirements_of_a_kind_share_its_weight():
    weights = fit()
    items = make_explainer().read_requirements("Java, Python. Desejável AWS. Espanhol").items
    required, optional = weights.by_name()["required_skills"], weights.by_name()["optional_skills"]
    assert weights.importance(items) == [required / 2, required / 2, optional, 0.0]


def test_what_was_dumped_scores_alike(tmp_path):
    weights = fit()
    weights.dump().write(tmp_path / "weights")
    restored = RequirementWeights.load(Bundle.read(tmp_path / "weights"))
    assessment = assess("Java, Python, inglês fluente", "java, inglês básico")
    assert restored.score(assessment) == weights.score(assessment)
    assert (restored.names, restored.cases) == (NAMES, 20_000)


def test_lengths_are_checked():
    with pytest.raises(ValueError, match="outcomes"):
        RequirementWeights.fit(NAMES, np.ones((2, 4)), [True])
    assert Requirement("language", ("English",), level=LANGUAGE_LEVELS.level(1)).weight_name == "English"
