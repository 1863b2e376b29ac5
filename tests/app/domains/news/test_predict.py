"""`POST /predict`: the same list in another format."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check_problem


@pytest.fixture(scope="module")
def predict(shared_client):
    return lambda **body: shared_client.post("/predict", json=body)


@pytest.mark.parametrize("user", ["3", "5", "nobody"])
def test_predict_returns_the_items_of_recommendations(predict, recommend, user):
    result = predict(userId=user, max_results=7.0).json()
    expected = recommend(user_id=user, num_recs=7)
    for predicted, recommended in zip(result["recommendations"], expected["items"], strict=True):
        for name in ("rank", "item_id", "title", "url", "category"):
            assert predicted[name] == recommended[name]
        assert f"{predicted['issuedDate']}T{predicted['issuedTime']}" == recommended["published_at"][:19]
    assert (result["userId"], result["algorithm"]) == (user, expected["model"])
    assert result["coldStart"] == (user == "nobody")


def test_scores_decrease_from_one(predict):
    scores = [item["score"] for item in predict(userId="3", max_results=20).json()["recommendations"]]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0


def test_min_score_removes_items_with_lower_scores(predict):
    predictions = predict(userId="3", max_results=20).json()["recommendations"]
    scores = [item["score"] for item in predictions]
    count = max(range(1, len(scores)), key=lambda rank: scores[rank - 1] - scores[rank])
    min_score = (scores[count - 1] + scores[count]) / 2  # in the widest gap: scores change a little with time
    filtered = predict(userId="3", max_results=20, minScore=min_score).json()["recommendations"]
    assert [item["item_id"] for item in filtered] == [item["item_id"] for item in predictions[:count]]


def test_timing_details_add_up_to_the_processing_time(predict):
    result = predict(userId="3").json()
    assert len(result["recommendations"]) == 10
    assert sum(result["timing_details"].values()) == pytest.approx(result["processing_time_ms"], abs=0.01)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"userId": ""},
        {"userId": "3", "max_results": 0},
        {"userId": "3", "max_results": True},
        {"userId": "3", "max_results": "7"},
        {"userId": "3", "max_results": 7.5},
        {"userId": "3", "minScore": 2},
        {"userId": "3", "x": 1},
    ],
)
def test_predict_refuses_values_out_of_bounds(predict, body):
    check_problem(predict(**body), 422)


VALUES = st.none() | st.text(max_size=9) | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(["userId", "max_results", "minScore"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=99) | st.dictionaries(FIELDS, VALUES).map(lambda x: json.dumps(x).encode()))
def test_any_body_of_a_prediction_is_answered(shared_client, body):
    response = shared_client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 422)
