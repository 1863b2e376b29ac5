"""`GET /info`, and what speaks for an item."""

import pytest

from tests.app.middleware.test_problems import check
from tests.support.services import EVENTS_KEY, READERS_KEY

HOUR_MS = 3_600_000


def test_info_describes_the_release_and_its_features(client, whole):
    told = client.get("/info").json()
    assert (told["release"], told["champion"], told["challenger"]) == (whole.id, whole.id, None)
    assert (told["as_of_ms"], told["replay"], told["run"]) == (whole.manifest.as_of_ms, True, "run-1")
    assert 20 * HOUR_MS < told["as_of_ms"] - told["data_from_ms"] <= 31 * HOUR_MS
    assert {name: each["model"] for name, each in told["segments"].items()} == {
        "logged": "hybrid",
        "semi_logged": "clusters",
        "anonymous": "popularity",
    }
    assert {"content", "category_affinity", "popularity_1h"} <= set(told["segments"]["logged"]["features"])


def test_info_is_unavailable_without_a_release(fresh):
    check(fresh.get("/info"), 503)


@pytest.mark.parametrize("header", [{"X-API-Key": READERS_KEY}, {"Authorization": f"Bearer {READERS_KEY}"}])
def test_explain_adds_contributions_of_features_with_a_key(open_door, header):
    asked = {"user_id": "nobody", "user_type": "Logged", "num_recs": 4}
    plain = open_door.get("/recommendations", params=asked).json()["items"]
    told = open_door.get("/recommendations", params=asked | {"explain": True}, headers=header).json()["items"]
    assert all("why" not in each for each in plain)
    assert [each["item_id"] for each in told] == [each["item_id"] for each in plain]
    features = open_door.get("/info").json()["segments"]["logged"]["features"]
    assert all(set(each["why"]) == set(features) for each in told)


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"X-API-Key": "wrong"}, 401), ({"X-API-Key": EVENTS_KEY}, 403)]
)
def test_explain_needs_a_key_for_users(open_door, headers, status):
    check(open_door.get("/recommendations?explain=true", headers=headers), status)
