"""Items are found by their texts, whatever the ranking left out."""

import numpy as np
import pytest

from script_shared.domains.news.segments import news_segments
from script_shared.inference.segment_models import SegmentModels
from script_shared.models import two_stage
from script_shared.models.ranking import ablation
from script_shared.models.ranking.contribution import Contribution
from script_shared.models.two_stage import TwoStageRecommender
from tests.support.contracts import drawn, reread, some_queries

HARMFUL = Contribution(-1.0, 0.01)


@pytest.fixture
def dropped(monkeypatch):
    """The model of the logged, fitted where the texts were found to harm the ranking."""

    def ablate(lists, columns, *rest):
        return {name: HARMFUL if name == "content" else Contribution(1.0, 0.01) for name in columns}

    monkeypatch.setattr(ablation, "ablate", ablate)
    monkeypatch.setattr(two_stage, "MIN_LISTS_TO_CHOOSE", 1)
    model = news_segments({})[0].make_model()
    model.fit(drawn()[0], lambda reader: True)
    assert "content" not in [part.name for part in model.components]
    return model


def made_anew(model, folder):
    again = news_segments({})[0].make_model()
    again.load(reread(model, folder))
    return again


def test_texts_are_alike_though_the_ranking_does_without_them(dropped, tmp_path):
    for model in (dropped, made_anew(dropped, tmp_path)):
        found = model.similar_items(3, None, 5)
        assert found[0] == 3
        assert len(found) == 5


def test_a_new_article_is_like_others(dropped, tmp_path):
    dataset, _ = drawn()
    model = made_anew(dropped, tmp_path)
    ranker, new = SegmentModels({"logged": model}, dataset.newest_items()), len(dataset.items)
    vectors = dataset.catalogue.vectors
    ranker.learn(np.array([new], np.int32), vectors.rows[vectors.row[[3]]])
    assert {new, 3} <= set(ranker.similar_items(new, None, 60).tolist())


def test_it_has_no_say_in_the_ranking(dropped, tmp_path):
    again, state = made_anew(dropped, tmp_path), drawn()[1]
    assert "content" not in again.feature_names
    assert len(again.ranking.weights) == len(again.feature_names)
    for query in some_queries()[:5]:
        assert again.recommend(query, state, 20) == dropped.recommend(query, state, 20)


def test_a_release_of_before_has_none(dropped):
    bundle = dropped.dump()
    del bundle.document["unranked"]
    again = news_segments({})[0].make_model()
    again.load(bundle)
    assert not len(again.similar_items(3, None, 5))


def test_a_blend_that_was_made_without_it_has_none(dropped):
    assert isinstance(dropped, TwoStageRecommender)
    assert not dropped.without("category_affinity").unranked
