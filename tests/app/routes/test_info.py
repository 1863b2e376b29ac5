"""`GET /info`, and what speaks for an item."""

import pytest

from tests.app.middleware.test_problems import check
from tests.support.services import EVENTS_KEY, READERS_KEY

HOUR_MS = 3_600_000


def test_the_release_says_what_it_is_and_what_it_weighs(client, whole):
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


def test_before_there_is_a_release_there_is_nothing_to_tell(fresh):
    check(fresh.get("/info"), 503)


@pytest.mark.parametrize("header", [{"X-API-Key": READERS_KEY}, {"Authorization": f"Bearer {READERS_KEY}"}])
def test_what_speaks_for_an_item_is_told_with_a_key(client_with_keys, header):
    asked = {"user_id": "nobody", "user_type": "Logged", "num_recs": 4}
    plain = client_with_keys.get("/recommendations", params=asked).json()["items"]
    told = client_with_keys.get("/recommendations", params=asked | {"explain": True}, headers=header).json()[
        "items"
    ]
    assert all("why" not in each for each in plain)
    assert [each["item_id"] for each in told] == [each["item_id"] for each in plain]
    features = client_with_keys.get("/info").json()["segments"]["logged"]["features"]
    assert all(set(each["why"]) == set(features) for each in told)


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"X-API-Key": "wrong"}, 401), ({"X-API-Key": EVENTS_KEY}, 403)]
)
def test_without_such_a_key_it_is_not_told(client_with_keys, headers, status):
    check(client_with_keys.get("/recommendations?explain=true", headers=headers), status)
