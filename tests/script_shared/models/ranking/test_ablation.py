"""The contributions of components on lists for which they are known."""

import numpy as np
import pytest

from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.popularity import Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.ranking.ablation import measure_contributions
from script_shared.models.two_stage import TwoStageParameters, TwoStageRecommender
from tests.support.contracts import STATE, dataset_and_state, user_queries

COLUMNS = {"informative": [0], "noise": [1, 2], "shifted": [3]}


@pytest.fixture(scope="module")
def contributions():
    """Columns 0 and 3 determine the choice; the effect of column 3 is reversed in the newest quarter."""
    rng, lists = np.random.default_rng(0), []
    for number in range(1_200):
        features = rng.normal(size=(15, 4)).astype(np.float32)
        utility = 2 * features[:, 0] + (features[:, 3] if number < 900 else -features[:, 3])
        lists.append((features, np.arange(15) == np.argmax(utility)))
    return measure_contributions(lists, COLUMNS, ridge=3e-3, limit=2_000)


def test_informative_component_contributes(contributions):
    assert contributions["informative"].gain > 5 * contributions["informative"].error
    assert not contributions["informative"].is_harmful


def test_noise_contributes_nothing(contributions):
    assert abs(contributions["noise"].gain) < 0.02


def test_component_whose_effect_is_reversed_is_harmful(contributions):
    assert contributions["shifted"].is_harmful


def test_model_loads_a_dump_with_fewer_components():
    dataset, state = dataset_and_state()
    components = [Popularity(STATE.half_lives), Recency(), CategoryAffinity()]
    full_model, small_model = (
        TwoStageRecommender(components, STATE, TwoStageParameters()),
        TwoStageRecommender(components[:2], STATE, TwoStageParameters()),
    )
    small_model.fit(dataset, lambda user: True)
    full_model.load(small_model.dump())
    assert [component.name for component in full_model.components] == ["popularity", "recency"]
    for query in user_queries():
        assert full_model.recommend(query, state, 10) == small_model.recommend(query, state, 10)
