"""`POST /predict`: the same list in another format."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.middleware.test_problems import check


@pytest.fixture(scope="module")
def predict(client):
    return lambda **body: client.post("/predict", json=body)


@pytest.mark.parametrize("user", ["3", "5", "nobody"])
def test_predict_returns_the_items_of_recommendations(predict, ask, user):
    answer = predict(userId=user, max_results=7.0).json()
    same = ask(user_id=user, num_recs=7)
    for predicted, recommended in zip(answer["recommendations"], same["items"], strict=True):
        for name in ("rank", "item_id", "title", "url", "category"):
            assert predicted[name] == recommended[name]
        assert f"{predicted['issuedDate']}T{predicted['issuedTime']}" == recommended["published_at"][:19]
    assert (answer["userId"], answer["algorithm"]) == (user, same["model"])
    assert answer["coldStart"] == (user == "nobody")


def test_scores_start_at_one_and_fall(predict):
    scores = [item["score"] for item in predict(userId="3", max_results=20).json()["recommendations"]]
    assert scores[0] == 1
    assert scores == sorted(scores, reverse=True)
    assert min(scores) >= 0


def test_min_score_removes_items_with_lower_scores(predict):
    every = predict(userId="3", max_results=20).json()["recommendations"]
    scores = [item["score"] for item in every]
    wide = max(range(1, len(scores)), key=lambda place: scores[place - 1] - scores[place])
    least = (scores[wide - 1] + scores[wide]) / 2  # in the widest gap: scores move a little with the clock
    good = predict(userId="3", max_results=20, minScore=least).json()["recommendations"]
    assert [item["item_id"] for item in good] == [item["item_id"] for item in every[:wide]]


def test_timing_details_add_up_to_the_processing_time(predict):
    answer = predict(userId="3").json()
    assert len(answer["recommendations"]) == 10
    assert sum(answer["timing_details"].values()) == pytest.approx(answer["processing_time_ms"], abs=0.01)


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
    check(predict(**body), 422)


VALUES = st.none() | st.text(max_size=9) | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)
FIELDS = st.sampled_from(["userId", "max_results", "minScore"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=99) | st.dictionaries(FIELDS, VALUES).map(lambda x: json.dumps(x).encode()))
def test_any_body_of_a_prediction_is_answered(client, body):
    answer = client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (200, 400, 422)
