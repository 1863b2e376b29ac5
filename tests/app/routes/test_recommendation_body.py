"""`POST /recommendations` and `GET /recommendations` send equal responses to equal requests."""

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


def escape_id(item_id):
    text = item_id.replace("\\", "\\\\").replace(",", "\\,")
    return f"\\{text}" if text[0] == " " else text


def to_query_parameters(parameters):
    return {
        name: [escape_id(item_id) for item_id in value] if isinstance(value, list) else value
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
def test_get_and_post_have_equal_responses(client, parameters):
    headers = {"X-API-Key": USERS_KEY}
    get_response = client.get("/recommendations", params=to_query_parameters(parameters), headers=headers)
    post_response = client.post("/recommendations", json=parameters, headers=headers)
    assert (post_response.status_code, get_response.status_code) == (200, 200)
    assert remove_impression_id(post_response) == remove_impression_id(get_response)
    assert post_response.headers["cache-control"] == "no-store"


def remove_impression_id(response):
    """Return the bytes of a response without the id of its impression."""
    return re.sub(rb'"impression_id":"[^"]+",', b"", response.content)


def test_ids_in_a_body_are_texts_or_whole_numbers(shared_client):
    listed = [item["item_id"] for item in shared_client.get("/recommendations?num_recs=10").json()["items"]]
    others = [f"other, {number}" for number in range(490)]
    body = {"exclude": [int(listed[0]), *listed[1:], *others], "user_id": 17, "category": None}
    result = shared_client.post("/recommendations", json=body).json()
    assert result["user_id"] == "17"
    assert not set(listed) & {item["item_id"] for item in result["items"]}
    body["exclude"] += ["one too many"]
    assert shared_client.post("/recommendations", json=body).status_code == 422


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
def test_invalid_field_of_a_body_is_named(shared_client, body, field):
    response = shared_client.post("/recommendations", json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(field)


def test_explain_in_a_body_needs_a_key(client):
    assert client.post("/recommendations", json={"explain": True}).status_code == 401
