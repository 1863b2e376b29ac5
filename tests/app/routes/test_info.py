"""`GET /info`, and `explain` of `GET /recommendations`."""

import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import EVENTS_KEY, USERS_KEY

HOUR_MS = 3_600_000


def test_info_describes_the_release_and_its_features(shared_client, release):
    info = shared_client.get("/info").json()
    assert (info["release"], info["champion"], info["challenger"]) == (release.id, release.id, None)
    assert (info["as_of_ms"], info["replay"], info["run"]) == (release.manifest.as_of_ms, True, "run-1")
    assert 20 * HOUR_MS < info["as_of_ms"] - info["data_from_ms"] <= 31 * HOUR_MS
    assert {name: segment["model"] for name, segment in info["segments"].items()} == {
        "logged": "hybrid",
        "semi_logged": "clusters",
        "anonymous": "popularity",
    }
    assert {"content", "category_affinity", "popularity_1h"} <= set(info["segments"]["logged"]["features"])


def test_info_is_unavailable_without_a_release(empty_client):
    check_problem(empty_client.get("/info"), 503)


@pytest.mark.parametrize("header", [{"X-API-Key": USERS_KEY}, {"Authorization": f"Bearer {USERS_KEY}"}])
def test_explain_adds_contributions_of_features_with_a_key(shared_client_with_keys, header):
    parameters = {"user_id": "nobody", "user_type": "Logged", "num_recs": 4}
    plain = shared_client_with_keys.get("/recommendations", params=parameters).json()["items"]
    explained = shared_client_with_keys.get(
        "/recommendations", params=parameters | {"explain": True}, headers=header
    ).json()["items"]
    assert all("why" not in item for item in plain)
    assert [item["item_id"] for item in explained] == [item["item_id"] for item in plain]
    features = shared_client_with_keys.get("/info").json()["segments"]["logged"]["features"]
    assert all(set(item["why"]) == set(features) for item in explained)


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"X-API-Key": "wrong"}, 401), ({"X-API-Key": EVENTS_KEY}, 403)]
)
def test_explain_needs_a_key_for_users(shared_client_with_keys, headers, status):
    check_problem(shared_client_with_keys.get("/recommendations?explain=true", headers=headers), status)
