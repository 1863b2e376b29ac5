"""Champion and challenger side by side."""

import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.experiments.assignment import Assignment
from script_shared.clock import FixedClock
from script_shared.releases.registry import CHALLENGER, CHAMPION
from tests.app.middleware.test_problems import check
from tests.app.routes.test_releases import flip
from tests.support.editions import publish_edition
from tests.support.services import EVENTS_KEY, ITEMS_KEY, KEYS, READERS_KEY, started

SPLIT = Assignment("spring", 0.5)
PICKED = [reader for reader in map(str, range(300)) if SPLIT.picks(reader)]
OTHERS = [reader for reader in map(str, range(300)) if not SPLIT.picks(reader)]
READERS = {"X-API-Key": READERS_KEY}


@pytest.fixture
def releases(publish, registry, whole):
    """A champion and a challenger, told apart by their titles."""
    champion = publish("first")
    return champion, publish_edition(registry, whole, "second", alias=CHALLENGER).id


@pytest.fixture
def serve(tmp_path, whole):
    """Start a service with an experiment; what the background threads do every other second is done once."""
    opened = []

    def serve(look=True, **settings):
        told = {"challenger_share": 0.5, "experiment": "spring"} | settings
        client = started(tmp_path, FixedClock(whole.manifest.as_of_ms), False, **told, **KEYS)
        opened.append(client.__enter__())
        if look:
            look_at(client)
        return client

    yield serve
    for client in opened:
        client.__exit__(None, None, None)


def look_at(client):
    client.app.state.release_watcher.look()
    if client.app.state.challenger:
        client.app.state.challenger.look()


def shown(client, reader, **more):
    return client.get("/recommendations", params={"user_id": reader, "num_recs": 100} | more).json()


def titles(client, reader):
    answer = shown(client, reader)
    return answer["variant"], answer["release"], {item["title"] for item in answer["items"]}


def scrape(client, name, **labels):
    families = text_string_to_metric_families(client.get("/metrics").text)
    found = [
        s.value for f in families for s in f.samples if s.name == name and labels.items() <= s.labels.items()
    ]
    return sum(found) if found else None


def experiment(client):
    return client.get("/info").json()["experiment"]


def test_readers_get_the_release_of_their_variant(serve, releases):
    client = serve()
    for reader in PICKED[:20]:
        assert titles(client, reader) == ("challenger", releases[1], {"second"})
    for reader in OTHERS[:20]:
        assert titles(client, reader) == ("champion", releases[0], {"first"})


def test_who_has_no_id_is_the_champion_s(serve, releases):
    client = serve(challenger_share=1.0)
    assert client.get("/recommendations").json()["variant"] == "champion"
    assert client.get("/recommendations?user_id=").json()["variant"] == "champion"
    assert client.get("/trending").json()["release"] == releases[0]


@pytest.mark.parametrize(
    ("reader", "variant", "title"), [(PICKED[0], "challenger", "second"), (OTHERS[0], "champion", "first")]
)
def test_every_door_of_a_reader_goes_by_the_same_split(serve, releases, reader, variant, title):
    client = serve()
    told = client.post("/predict", json={"userId": reader})
    assert (told.headers["x-variant"], told.json()["recommendations"][0]["title"]) == (variant, title)
    assert client.get(f"/users/{reader}", headers=READERS).json()["variant"] == variant


def test_both_follow_the_same_events(serve, releases):
    client = serve()
    for reader in (PICKED[0], OTHERS[0]):
        item = shown(client, reader)["items"][0]["item_id"]
        body = {"user_id": reader, "item_id": item}
        assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()["accepted"] == 1
        assert item not in {each["item_id"] for each in shown(client, reader)["items"]}
    told = {"item_id": "n1", "title": "Just out"}
    client.post("/items", json=told, headers={"X-API-Key": ITEMS_KEY})
    for reader in (PICKED[1], OTHERS[1]):
        assert "Just out" in titles(client, reader)[2]
    positions = [
        each.found.replica.position
        for each in (client.app.state.release_watcher, client.app.state.challenger)
    ]
    assert positions == [3, 3]


def test_what_a_reader_read_before_the_challenger_came_is_known_to_it(serve, publish, registry, whole):
    publish("first")
    client = serve()
    item = shown(client, PICKED[0])["items"][0]["item_id"]
    body = {"user_id": PICKED[0], "item_id": item}
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    publish_edition(registry, whole, "second", alias=CHALLENGER)
    look_at(client)
    answer = shown(client, PICKED[0])
    assert answer["variant"] == "challenger"
    assert item not in {each["item_id"] for each in answer["items"]}


def test_a_forgotten_reader_is_forgotten_by_both(serve, releases):
    client = serve()
    for reader in (PICKED[0], OTHERS[0]):
        assert client.delete(f"/users/{reader}", headers=READERS).status_code == 204
        check(client.get(f"/users/{reader}", headers=READERS), 404)


def test_without_a_share_no_challenger_is_loaded(serve, releases):
    client = serve(challenger_share=0.0)
    assert client.app.state.challenger is None
    assert {titles(client, reader)[0] for reader in PICKED[:5]} == {"champion"}
    assert experiment(client) == {
        "name": "spring",
        "challenger_share": 0.0,
        "serving": None,
        "refused": None,
    }


def test_it_is_told_what_runs(serve, releases):
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
    for reader in (*PICKED[:3], *OTHERS[:2]):
        shown(client, reader)
    for variant, count in (("challenger", 3), ("champion", 2)):
        assert scrape(client, "manchete_variant_recommendations_total", variant=variant) == count
        assert scrape(client, "manchete_variant_seconds_count", variant=variant) == count


def test_reads_that_name_an_impression_are_counted_by_variant(serve, releases):
    client = serve()
    body = [{"user_id": each, "item_id": "1", "impression_id": "x"} for each in (*PICKED[:3], *OTHERS[:2])]
    body.append({"user_id": PICKED[9], "item_id": "1"})
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    counts = [
        scrape(client, "manchete_variant_reads_total", variant=each) for each in ("challenger", "champion")
    ]
    assert counts == [3, 2]


def test_a_challenger_that_is_broken_leaves_all_readers_to_the_champion(serve, releases, registry):
    flip(next((registry.folder / releases[1]).rglob("*.npy")))
    client = serve()
    assert {titles(client, reader)[:2] for reader in PICKED[:5]} == {("champion", releases[0])}
    assert client.get("/health").json()["status"] == "ready"
    told = experiment(client)
    assert told["serving"] is None
    assert f"release {releases[1]} was refused" in told["refused"]
    assert scrape(client, "manchete_challenger_loads_total", outcome="refused") == 1
    assert scrape(client, "manchete_release_loads_total", outcome="refused") == 0
    assert scrape(client, "manchete_challenger_share") == 0


def test_a_challenger_that_comes_later_joins_and_one_that_was_promoted_leaves(
    serve, publish, registry, whole
):
    first = publish("first")
    client = serve()
    assert titles(client, PICKED[0])[:2] == ("champion", first)
    second = publish_edition(registry, whole, "second", alias=CHALLENGER).id
    look_at(client)
    assert titles(client, PICKED[0])[:2] == ("challenger", second)
    registry.promote()
    look_at(client)
    assert {titles(client, each)[:2] for each in (PICKED[0], OTHERS[0])} == {("champion", second)}
    assert experiment(client)["serving"] is None
    assert scrape(client, "manchete_challenger_share") == 0
    third = publish_edition(registry, whole, "third", alias=CHALLENGER).id
    look_at(client)
    assert titles(client, PICKED[0])[:2] == ("challenger", third)


def test_the_same_release_under_both_names_is_loaded_once(serve, publish, registry):
    registry.publish(publish("first"), CHALLENGER)
    client = serve()
    assert client.app.state.challenger.found is None


def test_before_there_is_a_champion_there_is_no_experiment(serve, whole, registry):
    publish_edition(registry, whole, "second", alias=CHALLENGER)
    client = serve()
    check(client.get("/recommendations?user_id=" + PICKED[0]), 503)
    assert client.app.state.challenger.found is None


def test_a_challenger_that_cannot_follow_the_events_is_let_go(serve, releases):
    client = serve()
    # Its vocabulary is taken away: whatever an event makes of it, it fails.
    engine = client.app.state.challenger.found.engine
    del engine._router
    body = {"user_id": OTHERS[0], "item_id": "1"}
    assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).json()["accepted"] == 1
    assert titles(client, PICKED[0])[:2] == ("champion", releases[0])
    assert "while events were folded in" in experiment(client)["refused"]
    assert scrape(client, "manchete_challenger_loads_total", outcome="refused") == 1
    assert scrape(client, "manchete_challenger_info") is None


def test_a_champion_that_is_removed_from_disk_serves_on_beside_the_challenger(serve, releases, registry):
    client = serve()
    shutil.rmtree(registry.folder / releases[0])
    look_at(client)
    assert titles(client, OTHERS[0])[:2] == ("champion", releases[0])
    assert titles(client, PICKED[0])[:2] == ("challenger", releases[1])
    assert registry.find(CHAMPION) == releases[0]
