"""`POST /recommendations` and `GET /recommendations` answer equal requests with the same bytes."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.processes.api_client import USERS_KEY

IDS = st.one_of(
    st.integers(0, 130).map(str), st.sampled_from(["story,42", " lead", "back\\slash", "é", "nobody"])
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["", "3", "5", "a, b", "nobody"]),
        "num_recs": st.integers(1, 100),
        "offset": st.integers(0, 40),
        "user_type": st.sampled_from(["Logged", "Non-Logged"]),
        "region": st.sampled_from(["", "1", "2", "nowhere"]),
        "device": st.sampled_from(["1", "nothing"]),
        "recent_items": st.lists(IDS, max_size=5),
        "category": st.sampled_from(["", "1", "3", "none"]),
        "exclude": st.lists(IDS, max_size=20),
        "max_age_hours": st.floats(0.5, 100),
        "diversity": st.floats(0, 1),
        "explain": st.booleans(),
    },
)


def escape(item_id):
    text = item_id.replace("\\", "\\\\").replace(",", "\\,")
    return f"\\{text}" if text[0] == " " else text


def query_parameters(parameters):
    return {
        name: [escape(item_id) for item_id in value] if isinstance(value, list) else value
        for name, value in parameters.items()
    }


@settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(parameters=PARAMETERS)
def test_get_and_post_have_equal_answers(live, parameters):
    headers = {"X-API-Key": USERS_KEY}
    got = live.get("/recommendations", params=query_parameters(parameters), headers=headers)
    posted = live.post("/recommendations", json=parameters, headers=headers)
    assert (posted.status_code, got.status_code) == (200, 200)
    assert content_without_impression(posted) == content_without_impression(got)
    assert posted.headers["cache-control"] == "no-store"


def content_without_impression(answer):
    """The bytes of an answer without the id of its impression."""
    return re.sub(rb'"impression_id":"[^"]+",', b"", answer.content)


def test_ids_in_a_body_are_texts_or_whole_numbers(client):
    some = [item["item_id"] for item in client.get("/recommendations?num_recs=10").json()["items"]]
    others = [f"other, {at}" for at in range(490)]
    body = {"exclude": [int(some[0]), *some[1:], *others], "user_id": 17, "category": None}
    answer = client.post("/recommendations", json=body).json()
    assert answer["user_id"] == "17"
    assert not set(some) & {item["item_id"] for item in answer["items"]}
    body["exclude"] += ["one too many"]
    assert client.post("/recommendations", json=body).status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"num_recs": 0}, "num_recs"),
        ({"num_recs": "10"}, "num_recs"),
        ({"exclude": "1,2"}, "exclude"),
        ({"exclude": [""]}, "exclude.0"),
        ({"recent_items": ["x"] * 51}, "recent_items"),
        ({"user_id": "a\x00"}, "user_id"),
        ({"user_type": "Neither"}, "user_type"),
        ({"regions": "1"}, "regions"),
    ],
)
def test_invalid_field_of_a_body_is_named(client, body, field):
    answer = client.post("/recommendations", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


def test_explain_in_a_body_needs_a_key(live):
    assert live.post("/recommendations", json={"explain": True}).status_code == 401
