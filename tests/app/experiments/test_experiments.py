"""Champion and challenger in an experiment."""

import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.experiments.assignment import Assignment
from script_shared.clock import FixedClock
from script_shared.releases.registry import CHALLENGER, CHAMPION
from tests.app.middleware.test_problems import check
from tests.app.routes.test_releases import flip
from tests.support.processes.api_client import EVENTS_KEY, ITEMS_KEY, KEYS, USERS_KEY, make_client
from tests.support.releases.release_copies import publish_copy

ASSIGNMENT = Assignment("spring", 0.5)
ASSIGNED = [user for user in map(str, range(300)) if ASSIGNMENT.is_challenger(user)]
OTHERS = [user for user in map(str, range(300)) if not ASSIGNMENT.is_challenger(user)]
USERS = {"X-API-Key": USERS_KEY}


@pytest.fixture
def releases(publish, registry, whole):
    """A champion and a challenger, which differ in their titles."""
    champion = publish("first")
    return champion, publish_copy(registry, whole, "second", alias=CHALLENGER).id


@pytest.fixture
def serve(tmp_path, whole):
    """Start a service with an experiment, and load the releases once."""
    opened = []

    def serve(load=True, **settings):
        settings = {"challenger_share": 0.5, "experiment": "spring"} | settings
        client = make_client(tmp_path, FixedClock(whole.manifest.as_of_ms), False, **settings, **KEYS)
        opened.append(client.__enter__())
        if load:
            refresh(client)
        return client

    yield serve
    for client in opened:
        client.__exit__(None, None, None)


def refresh(client):
    client.app.state.release_watcher.refresh()
    if client.app.state.challenger:
        client.app.state.challenger.refresh()


def shown(client, user, **more):
    return client.get("/recommendations", params={"user_id": user, "num_recs": 100} | more).json()


def titles(client, user):
    answer = shown(client, user)
    return answer["variant"], answer["release"], {item["title"] for item in answer["items"]}


def scrape(client, name, **labels):
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [
        s.value for f in families for s in f.samples if s.name == name and labels.items() <= s.labels.items()
    ]
    return sum(found) if found else None


def experiment(client):
    return client.get("/info").json()["experiment"]


def test_users_get_the_release_of_their_variant(serve, releases):
    client = serve()
    for user in ASSIGNED[:20]:
        assert titles(client, user) == ("challenger", releases[1], {"second"})
    for user in OTHERS[:20]:
        assert titles(client, user) == ("champion", releases[0], {"first"})


def test_users_without_an_id_get_the_champion(serve, releases):
    client = serve(challenger_share=1.0)
    assert client.get("/recommendations").json()["variant"] == "champion"
    assert client.get("/recommendations?user_id=").json()["variant"] == "champion"
    assert client.get("/trending").json()["release"] == releases[0]


@pytest.mark.parametrize(
    ("user", "variant", "title"), [(ASSIGNED[0], "challenger", "second"), (OTHERS[0], "champion", "first")]
)
def test_all_endpoints_use_the_same_assignment(serve, releases, user, variant, title):
    client = serve()
    answer = client.post("/predict", json={"userId": user})
    assert (answer.headers["x-variant"], answer.json()["recommendations"][0]["title"]) == (variant, title)
    assert client.get(f"/users/{user}", headers=USERS).json()["variant"] == variant


def test_both_variants_apply_the_same_events(serve, releases):
    client = serve()
    for user in (ASSIGNED[0], OTHERS[0]):
        item = shown(client, user)["items"][0]["item_id"]
        body = {"user_id": user, "item_id": item}
        assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()["accepted"] == 1
        assert item not in {row["item_id"] for row in shown(client, user)["items"]}
    report = {"item_id": "n1", "title": "Just out"}
    client.post("/items", json=report, headers={"X-API-Key": ITEMS_KEY})
    for user in (ASSIGNED[1], OTHERS[1]):
        assert "Just out" in titles(client, user)[2]
    positions = [
        watcher.release.replica.position
        for watcher in (client.app.state.release_watcher, client.app.state.challenger)
    ]
    assert positions == [3, 3]


def test_challenger_contains_events_from_before_it_was_loaded(serve, publish, registry, whole):
    publish("first")
    client = serve()
    item = shown(client, ASSIGNED[0])["items"][0]["item_id"]
    body = {"user_id": ASSIGNED[0], "item_id": item}
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    publish_copy(registry, whole, "second", alias=CHALLENGER)
    refresh(client)
    answer = shown(client, ASSIGNED[0])
    assert answer["variant"] == "challenger"
    assert item not in {row["item_id"] for row in answer["items"]}


def test_forgotten_user_is_forgotten_by_both_variants(serve, releases):
    client = serve()
    for user in (ASSIGNED[0], OTHERS[0]):
        assert client.delete(f"/users/{user}", headers=USERS).status_code == 204
        check(client.get(f"/users/{user}", headers=USERS), 404)


def test_challenger_is_not_loaded_without_a_share(serve, releases):
    client = serve(challenger_share=0.0)
    assert client.app.state.challenger is None
    assert {titles(client, user)[0] for user in ASSIGNED[:5]} == {"champion"}
    assert experiment(client) == {
        "name": "spring",
        "challenger_share": 0.0,
        "serving": None,
        "refused": None,
    }


def test_info_and_metrics_name_the_running_experiment(serve, releases):
    client = serve()
    assert experiment(client) == {
        "name": "spring",
        "challenger_share": 0.5,
        "serving": releases[1],
        "refused": None,
    }
    assert scrape(client, "manchete_challenger_share") == 0.5
    assert scrape(client, "manchete_challenger_info", release=releases[1]) == 1
    assert scrape(client, "manchete_release_info", release=releases[0]) == 1
    assert scrape(client, "manchete_release_info", release=releases[1]) is None


def test_answers_are_counted_by_variant(serve, releases):
    client = serve()
    for user in (*ASSIGNED[:3], *OTHERS[:2]):
        shown(client, user)
    for variant, count in (("challenger", 3), ("champion", 2)):
        assert scrape(client, "manchete_variant_recommendations_total", variant=variant) == count
        assert scrape(client, "manchete_variant_seconds_count", variant=variant) == count


def test_events_with_an_impression_are_counted_by_variant(serve, releases):
    client = serve()
    body = [{"user_id": user, "item_id": "1", "impression_id": "x"} for user in (*ASSIGNED[:3], *OTHERS[:2])]
    body.append({"user_id": ASSIGNED[9], "item_id": "1"})
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    counts = [
        scrape(client, "manchete_variant_reads_total", variant=variant)
        for variant in ("challenger", "champion")
    ]
    assert counts == [3, 2]


def test_all_users_get_the_champion_when_the_challenger_is_broken(serve, releases, registry):
    flip(next((registry.folder / releases[1]).rglob("*.npy")))
    client = serve()
    assert {titles(client, user)[:2] for user in ASSIGNED[:5]} == {("champion", releases[0])}
    assert client.get("/health").json()["status"] == "ready"
    info = experiment(client)
    assert info["serving"] is None
    assert f"release {releases[1]} was refused" in info["refused"]
    assert scrape(client, "manchete_challenger_loads_total", outcome="refused") == 1
    assert scrape(client, "manchete_release_loads_total", outcome="refused") == 0
    assert scrape(client, "manchete_challenger_share") == 0


def test_new_challenger_is_served_and_a_promoted_one_is_not(serve, publish, registry, whole):
    first = publish("first")
    client = serve()
    assert titles(client, ASSIGNED[0])[:2] == ("champion", first)
    second = publish_copy(registry, whole, "second", alias=CHALLENGER).id
    refresh(client)
    assert titles(client, ASSIGNED[0])[:2] == ("challenger", second)
    registry.promote()
    refresh(client)
    assert {titles(client, user)[:2] for user in (ASSIGNED[0], OTHERS[0])} == {("champion", second)}
    assert experiment(client)["serving"] is None
    assert scrape(client, "manchete_challenger_share") == 0
    third = publish_copy(registry, whole, "third", alias=CHALLENGER).id
    refresh(client)
    assert titles(client, ASSIGNED[0])[:2] == ("challenger", third)


def test_release_with_both_aliases_is_loaded_once(serve, publish, registry):
    registry.publish(publish("first"), CHALLENGER)
    client = serve()
    assert client.app.state.challenger.release_or_none is None


def test_challenger_is_not_served_without_a_champion(serve, whole, registry):
    publish_copy(registry, whole, "second", alias=CHALLENGER)
    client = serve()
    check(client.get("/recommendations?user_id=" + ASSIGNED[0]), 503)
    assert client.app.state.challenger.release_or_none is None


def test_challenger_that_cannot_apply_events_is_removed(serve, releases):
    client = serve()
    # Without its vocabulary, the engine fails to apply any event.
    engine = client.app.state.challenger.release_or_none.engine
    del engine._router
    body = {"user_id": OTHERS[0], "item_id": "1"}
    assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()["accepted"] == 1
    assert titles(client, ASSIGNED[0])[:2] == ("champion", releases[0])
    assert "while events were folded in" in experiment(client)["refused"]
    assert scrape(client, "manchete_challenger_loads_total", outcome="refused") == 1
    assert scrape(client, "manchete_challenger_info") is None


def test_champion_that_is_removed_from_disk_is_still_served(serve, releases, registry):
    client = serve()
    shutil.rmtree(registry.folder / releases[0])
    refresh(client)
    assert titles(client, OTHERS[0])[:2] == ("champion", releases[0])
    assert titles(client, ASSIGNED[0])[:2] == ("challenger", releases[1])
    assert registry.find(CHAMPION) == releases[0]
