"""The bounds of query parameters, and the problem document of an invalid value."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = ("user_id", "num_recs", "user_type", "region", "device", "recent_items")


def get_status(client, **params):
    return client.get("/recommendations", params=params).status_code


ACCEPTED = [
    {"num_recs": "1"},
    {"num_recs": "100"},
    {"user_id": "x" * 256},
    {"user_id": "ação/über 日本 %&=?"},
    {"region": "x" * 64},
    {"device": "x" * 64},
    {"user_type": "Logged"},
    {"user_type": "Non-Logged"},
    {"recent_items": ["x"] * 50},
    {"recent_items": ",".join(["x" * 256] * 50)},
    {"recent_items": ",, ,"},
]
REFUSED = [
    ({"num_recs": "0"}, "num_recs", "a whole number from 1 to 100"),
    ({"num_recs": "101"}, "num_recs", "a whole number from 1 to 100"),
    ({"num_recs": "-1"}, "num_recs", "a whole number from 1 to 100"),
    ({"num_recs": "abc"}, "num_recs", "a whole number from 1 to 100"),
    ({"num_recs": "2.5"}, "num_recs", "a whole number from 1 to 100"),
    ({"num_recs": ""}, "num_recs", "a whole number from 1 to 100"),
    ({"user_id": "x" * 257}, "user_id", "at most 256 printable characters"),
    ({"user_id": "x" * 10_000}, "user_id", "at most 256 printable characters"),
    ({"user_id": "a\nb"}, "user_id", "at most 256 printable characters"),
    ({"user_id": "a\x00b"}, "user_id", "at most 256 printable characters"),
    ({"region": "x" * 65}, "region", "At most 64 printable characters"),
    ({"device": "x" * 65}, "device", "At most 64 printable characters"),
    ({"user_type": "logged"}, "user_type", "Logged or Non-Logged"),
    ({"recent_items": ["x"] * 51}, "recent_items", "at most 50 ids"),
    ({"recent_items": ",".join(["x"] * 51)}, "recent_items", "at most 50 ids"),
    ({"recent_items": "x" * 257}, "recent_items", "at most 256 printable characters"),
    ({"recent_items": "a\tb"}, "recent_items", "at most 256 printable characters"),
]


@pytest.mark.parametrize("params", ACCEPTED, ids=lambda params: str(params)[:40])
def test_value_within_bounds_is_accepted(shared_client, params):
    assert get_status(shared_client, **params) == 200


@pytest.mark.parametrize(("params", "field", "remedy"), REFUSED, ids=lambda value: str(value)[:40])
def test_value_out_of_bounds_is_a_problem_with_field_and_remedy(shared_client, params, field, remedy):
    response = shared_client.get("/recommendations", params=params)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    body = response.json()
    assert body["errors"][0]["field"].partition(".")[0] == field
    assert body["detail"].startswith(field)
    assert body["remedy"].startswith(f"{field}: ")
    assert remedy in body["remedy"]


def test_problem_does_not_repeat_the_sent_value(shared_client):
    response = shared_client.get(
        "/recommendations", params={"num_recs": "<script>", "user_id": "secret" * 100}
    )
    assert "<script>" not in response.text
    assert "secret" not in response.text
    assert {fault["field"] for fault in response.json()["errors"]} == {"num_recs", "user_id"}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.lists(st.text(), max_size=60)))
def test_any_query_of_known_parameters_is_answered(shared_client, params):
    assert get_status(shared_client, **params) in (200, 422)
