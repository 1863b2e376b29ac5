"""What each part is worth, on lists where that can be worked out."""

import numpy as np
import pytest

from script_shared.models.components.category_affinity import CategoryAffinity
from script_shared.models.components.popularity import Popularity
from script_shared.models.components.recency import Recency
from script_shared.models.ranking.ablation import ablate
from script_shared.models.two_stage import TwoStageParameters, TwoStageRecommender
from tests.support.contracts import STATE, drawn, some_queries

PARTS = {"right": [0], "noise": [1, 2], "turncoat": [3]}


@pytest.fixture(scope="module")
def worth():
    """Column 0 decides; so does column 3, which in the newest quarter of the lists speaks against an item."""
    rng, lists = np.random.default_rng(0), []
    for place in range(1_200):
        features = rng.normal(size=(15, 4)).astype(np.float32)
        decides = 2 * features[:, 0] + (features[:, 3] if place < 900 else -features[:, 3])
        lists.append((features, np.arange(15) == np.argmax(decides)))
    return ablate(lists, PARTS, ridge=3e-3, most=2_000)


def test_what_decides_is_worth_most(worth):
    assert worth["right"].gain > 5 * worth["right"].error
    assert not worth["right"].harms


def test_what_says_nothing_is_worth_nothing(worth):
    assert abs(worth["noise"].gain) < 0.02


def test_what_no_longer_holds_harms(worth):
    assert worth["turncoat"].harms


def test_a_release_that_kept_fewer_components_answers_with_those():
    dataset, state = drawn()
    parts = [Popularity(STATE.half_lives), Recency(), CategoryAffinity()]
    whole, fewer = (
        TwoStageRecommender(parts, STATE, TwoStageParameters()),
        TwoStageRecommender(parts[:2], STATE, TwoStageParameters()),
    )
    fewer.fit(dataset, lambda reader: True)
    whole.load(fewer.dump())
    assert [part.name for part in whole.components] == ["popularity", "recency"]
    for query in some_queries():
        assert whole.recommend(query, state, 10) == fewer.recommend(query, state, 10)
