"""A component that is dropped from the ranking still finds items with similar texts."""

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.inference.segment_models import SegmentModels
from script_shared.models import two_stage
from script_shared.models.ranking import ablation
from script_shared.models.ranking.contribution import Contribution
from script_shared.models.two_stage import TwoStageRecommender
from tests.support.contracts import dataset_and_state, user_queries, write_and_read

HARMFUL = Contribution(-1.0, 0.01)


@pytest.fixture
def model(monkeypatch):
    """The model of logged-in users, fitted while the content component counts as harmful."""

    def measure_contributions(lists, columns, *_):
        return {name: HARMFUL if name == "content" else Contribution(1.0, 0.01) for name in columns}

    monkeypatch.setattr(ablation, "measure_contributions", measure_contributions)
    monkeypatch.setattr(two_stage, "MIN_LISTS_TO_SELECT", 1)
    model = news_segments({})[0].make_model()
    model.fit(dataset_and_state()[0], lambda user: True)
    assert "content" not in [component.name for component in model.components]
    return model


def load_again(model, folder):
    loaded = news_segments({})[0].make_model()
    loaded.load(write_and_read(model, folder))
    return loaded


def test_similar_texts_are_found_without_the_ranking_component(model, tmp_path):
    for recommender in (model, load_again(model, tmp_path)):
        similar = recommender.similar_items(3, None, 5)
        assert similar[0] == 3
        assert len(similar) == 5


def test_new_item_is_similar_to_others(model, tmp_path):
    dataset, _ = dataset_and_state()
    loaded = load_again(model, tmp_path)
    models, new_item = SegmentModels({"logged": loaded}, dataset.newest_items()), len(dataset.items)
    vectors = dataset.catalogue.vectors
    models.add_items(np.array([new_item], np.int32), vectors.rows[vectors.row[[3]]])
    assert {new_item, 3} <= set(models.similar_items(new_item, None, 60).tolist())


def test_dropped_component_does_not_rank(model, tmp_path):
    loaded, state = load_again(model, tmp_path), dataset_and_state()[1]
    assert "content" not in loaded.feature_names
    assert len(loaded.scorer.weights) == len(loaded.feature_names)
    for query in user_queries()[:5]:
        assert loaded.recommend(query, state, 20) == model.recommend(query, state, 20)


def test_model_made_without_a_component_has_none_to_drop(model):
    assert isinstance(model, TwoStageRecommender)
    assert not model.without("category_affinity").unranked
