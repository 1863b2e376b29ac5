"""The service with a champion and a challenger."""

import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.experiments.assignment import Assignment
from script_shared.clock import FixedClock
from script_shared.releases.registry import CHALLENGER, CHAMPION
from tests.app.middleware.test_problems import check_problem
from tests.app.routes.test_releases import flip_last_bit
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, KEYS, USERS_KEY, make_client
from tests.support.releases.release_copies import publish_copy

ASSIGNMENT = Assignment("spring", 0.5)
CHALLENGER_USERS = [user for user in map(str, range(300)) if ASSIGNMENT.is_challenger(user)]
CHAMPION_USERS = [user for user in map(str, range(300)) if not ASSIGNMENT.is_challenger(user)]
USERS_HEADER = {"X-API-Key": USERS_KEY}


@pytest.fixture
def releases(publish, registry, release):
    """A champion and a challenger, which differ in their titles."""
    champion = publish("first")
    return champion, publish_copy(registry, release, "second", alias=CHALLENGER).id


@pytest.fixture
def serve(tmp_path, release):
    """Start a service with an experiment, and load the releases once."""
    clients = []

    def serve(load=True, **settings):
        settings = {"challenger_share": 0.5, "experiment": "spring"} | settings
        client = make_client(tmp_path, FixedClock(release.manifest.as_of_ms), False, **settings, **KEYS)
        clients.append(client.__enter__())
        if load:
            refresh(client)
        return client

    yield serve
    for client in clients:
        client.__exit__(None, None, None)


def refresh(client):
    client.app.state.release_watcher.refresh()
    if client.app.state.challenger:
        client.app.state.challenger.refresh()


def recommend(client, user, **parameters):
    return client.get("/recommendations", params={"user_id": user, "num_recs": 100} | parameters).json()


def summarise_list(client, user):
    result = recommend(client, user)
    return result["variant"], result["release"], {item["title"] for item in result["items"]}


def scrape(client, name, **labels):
    families = text_string_to_metric_families(client.get("/metrics").text)
    values = [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    return sum(values) if values else None


def get_experiment(client):
    return client.get("/info").json()["experiment"]


def test_users_get_the_release_of_their_variant(serve, releases):
    client = serve()
    for user in CHALLENGER_USERS[:20]:
        assert summarise_list(client, user) == ("challenger", releases[1], {"second"})
    for user in CHAMPION_USERS[:20]:
        assert summarise_list(client, user) == ("champion", releases[0], {"first"})


def test_users_without_an_id_get_the_champion(serve, releases):
    client = serve(challenger_share=1.0)
    assert client.get("/recommendations").json()["variant"] == "champion"
    assert client.get("/recommendations?user_id=").json()["variant"] == "champion"
    assert client.get("/trending").json()["release"] == releases[0]


@pytest.mark.parametrize(
    ("user", "variant", "title"),
    [(CHALLENGER_USERS[0], "challenger", "second"), (CHAMPION_USERS[0], "champion", "first")],
)
def test_all_endpoints_use_the_same_assignment(serve, releases, user, variant, title):
    client = serve()
    response = client.post("/predict", json={"userId": user})
    assert (response.headers["x-variant"], response.json()["recommendations"][0]["title"]) == (variant, title)
    assert client.get(f"/users/{user}", headers=USERS_HEADER).json()["variant"] == variant


def test_both_variants_apply_the_same_events(serve, releases):
    client = serve()
    for user in (CHALLENGER_USERS[0], CHAMPION_USERS[0]):
        item = recommend(client, user)["items"][0]["item_id"]
        body = {"user_id": user, "item_id": item}
        assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()["accepted"] == 1
        assert item not in {row["item_id"] for row in recommend(client, user)["items"]}
    report = {"item_id": "n1", "title": "Just out"}
    client.post("/items", json=report, headers={"X-API-Key": ITEMS_KEY})
    for user in (CHALLENGER_USERS[1], CHAMPION_USERS[1]):
        assert "Just out" in summarise_list(client, user)[2]
    positions = [
        watcher.release.replica.position
        for watcher in (client.app.state.release_watcher, client.app.state.challenger)
    ]
    assert positions == [3, 3]


def test_challenger_contains_events_from_before_it_was_loaded(serve, publish, registry, release):
    publish("first")
    client = serve()
    item = recommend(client, CHALLENGER_USERS[0])["items"][0]["item_id"]
    body = {"user_id": CHALLENGER_USERS[0], "item_id": item}
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    publish_copy(registry, release, "second", alias=CHALLENGER)
    refresh(client)
    result = recommend(client, CHALLENGER_USERS[0])
    assert result["variant"] == "challenger"
    assert item not in {row["item_id"] for row in result["items"]}


def test_forgotten_user_is_forgotten_by_both_variants(serve, releases):
    client = serve()
    for user in (CHALLENGER_USERS[0], CHAMPION_USERS[0]):
        assert client.delete(f"/users/{user}", headers=USERS_HEADER).status_code == 204
        check_problem(client.get(f"/users/{user}", headers=USERS_HEADER), 404)


def test_challenger_is_not_loaded_without_a_share(serve, releases):
    client = serve(challenger_share=0.0)
    assert client.app.state.challenger is None
    assert {summarise_list(client, user)[0] for user in CHALLENGER_USERS[:5]} == {"champion"}
    assert get_experiment(client) == {
        "name": "spring",
        "challenger_share": 0.0,
        "serving": None,
        "refused": None,
    }


def test_info_and_metrics_name_the_running_experiment(serve, releases):
    client = serve()
    assert get_experiment(client) == {
        "name": "spring",
        "challenger_share": 0.5,
        "serving": releases[1],
        "refused": None,
    }
    assert scrape(client, "manchete_challenger_share") == 0.5
    assert scrape(client, "manchete_challenger_info", release=releases[1]) == 1
    assert scrape(client, "manchete_release_info", release=releases[0]) == 1
    assert scrape(client, "manchete_release_info", release=releases[1]) is None


def test_responses_are_counted_by_variant(serve, releases):
    client = serve()
    for user in (*CHALLENGER_USERS[:3], *CHAMPION_USERS[:2]):
        recommend(client, user)
    for variant, count in (("challenger", 3), ("champion", 2)):
        assert scrape(client, "manchete_variant_recommendations_total", variant=variant) == count
        assert scrape(client, "manchete_variant_seconds_count", variant=variant) == count


def test_events_with_an_impression_are_counted_by_variant(serve, releases):
    client = serve()
    body = [
        {"user_id": user, "item_id": "1", "impression_id": "x"}
        for user in (*CHALLENGER_USERS[:3], *CHAMPION_USERS[:2])
    ]
    body.append({"user_id": CHALLENGER_USERS[9], "item_id": "1"})
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    counts = [
        scrape(client, "manchete_variant_interactions_total", variant=variant)
        for variant in ("challenger", "champion")
    ]
    assert counts == [3, 2]


def test_all_users_get_the_champion_when_the_challenger_is_broken(serve, releases, registry):
    flip_last_bit(next((registry.folder / releases[1]).rglob("*.npy")))
    client = serve()
    assert {summarise_list(client, user)[:2] for user in CHALLENGER_USERS[:5]} == {("champion", releases[0])}
    assert client.get("/health").json()["status"] == "ready"
    info = get_experiment(client)
    assert info["serving"] is None
    assert f"release {releases[1]} was refused" in info["refused"]
    assert scrape(client, "manchete_challenger_loads_total", outcome="refused") == 1
    assert scrape(client, "manchete_release_loads_total", outcome="refused") == 0
    assert scrape(client, "manchete_challenger_share") == 0


def test_new_challenger_is_served_and_a_promoted_one_is_not(serve, publish, registry, release):
    first = publish("first")
    client = serve()
    assert summarise_list(client, CHALLENGER_USERS[0])[:2] == ("champion", first)
    second = publish_copy(registry, release, "second", alias=CHALLENGER).id
    refresh(client)
    assert summarise_list(client, CHALLENGER_USERS[0])[:2] == ("challenger", second)
    registry.promote()
    refresh(client)
    assert {summarise_list(client, user)[:2] for user in (CHALLENGER_USERS[0], CHAMPION_USERS[0])} == {
        ("champion", second)
    }
    assert get_experiment(client)["serving"] is None
    assert scrape(client, "manchete_challenger_share") == 0
    third = publish_copy(registry, release, "third", alias=CHALLENGER).id
    refresh(client)
    assert summarise_list(client, CHALLENGER_USERS[0])[:2] == ("challenger", third)


def test_release_with_both_aliases_is_loaded_once(serve, publish, registry):
    registry.publish(publish("first"), CHALLENGER)
    client = serve()
    assert client.app.state.challenger.release_or_none is None


def test_challenger_is_not_served_without_a_champion(serve, release, registry):
    publish_copy(registry, release, "second", alias=CHALLENGER)
    client = serve()
    check_problem(client.get("/recommendations?user_id=" + CHALLENGER_USERS[0]), 503)
    assert client.app.state.challenger.release_or_none is None


def test_challenger_that_cannot_apply_events_is_removed(serve, releases):
    client = serve()
    # Without its vocabulary, the engine fails to apply any event.
    engine = client.app.state.challenger.release_or_none.engine
    del engine._router
    body = {"user_id": CHAMPION_USERS[0], "item_id": "1"}
    assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()["accepted"] == 1
    assert summarise_list(client, CHALLENGER_USERS[0])[:2] == ("champion", releases[0])
    assert "while events were applied" in get_experiment(client)["refused"]
    assert scrape(client, "manchete_challenger_loads_total", outcome="refused") == 1
    assert scrape(client, "manchete_challenger_info") is None


def test_champion_that_is_removed_from_disk_is_still_served(serve, releases, registry):
    client = serve()
    shutil.rmtree(registry.folder / releases[0])
    refresh(client)
    assert summarise_list(client, CHAMPION_USERS[0])[:2] == ("champion", releases[0])
    assert summarise_list(client, CHALLENGER_USERS[0])[:2] == ("challenger", releases[1])
    assert registry.find(CHAMPION) == releases[0]
