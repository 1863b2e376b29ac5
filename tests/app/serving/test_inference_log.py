"""The inference log: what the service writes, and what it deletes."""

import pytest

from app.experiments.assignment import Assignment
from script_shared.clock import FixedClock
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.releases.registry import CHALLENGER
from tests.support.processes.api_client import EVENTS_KEY, KEYS, USERS_KEY, make_client
from tests.support.processes.api_process import wait_for
from tests.support.releases.release_copies import publish_copy

PSEUDONYMS = Pseudonyms([KEYS["inference_log_keys"]])


@pytest.fixture
def serve(publish, release, tmp_path):
    publish("first")
    clients = []

    def serve(**settings):
        client = make_client(tmp_path, FixedClock(release.manifest.as_of_ms), False, **KEYS | settings)
        clients.append(client.__enter__())
        client.app.state.release_watcher.refresh()
        if client.app.state.challenger:
            client.app.state.challenger.refresh()
        return client

    yield serve
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def read_impressions(tmp_path):
    log = open_impressions("", tmp_path / "news" / "events")
    yield lambda: {impression.impression_id: impression for impression in log.newest(1_000)}
    log.close()


def recommend(client, user=None, **parameters):
    response = client.get("/recommendations", params={"user_id": user or ""} | parameters)
    assert response.status_code == 200
    return response.json()


def test_impression_has_the_items_and_the_origin_of_a_response(serve, read_impressions, release):
    client = serve()
    result = recommend(client, "3", num_recs=7)
    wait_for(read_impressions, "the impression is written")
    (impression,) = read_impressions().values()
    assert impression == (
        result["impression_id"],
        PSEUDONYMS.derive("3").name,
        release.manifest.as_of_ms,
        "",
        "champion",
        result["release"],
        result["segment"],
        result["model"],
        tuple(item["item_id"] for item in result["items"]),
        impression.latency_us,
    )
    assert 0 < impression.latency_us < 10_000_000


def test_every_response_has_a_separate_impression(serve, read_impressions):
    client = serve()
    impression_ids = [recommend(client, "3")["impression_id"] for _ in range(20)]
    impression_ids.append(client.post("/predict", json={"userId": "3"}).headers["x-impression-id"])
    wait_for(lambda: len(read_impressions()) == 21, "all impressions are written")
    assert set(read_impressions()) == set(impression_ids)


def test_user_id_is_in_no_file(serve, read_impressions, tmp_path):
    client = serve()
    recommend(client, "a-very-personal-id")
    wait_for(read_impressions, "the impression is written")
    files = list((tmp_path / "news" / "events").iterdir())
    assert files
    assert all(b"a-very-personal-id" not in path.read_bytes() for path in files)


def test_user_without_an_id_has_no_pseudonym(serve, read_impressions):
    impression_id = recommend(serve())["impression_id"]
    wait_for(read_impressions, "the impression is written")
    assert read_impressions()[impression_id].pseudonym is None


def test_without_a_key_nothing_is_logged(serve, tmp_path):
    client = serve(inference_log_keys="")
    assert recommend(client, "3")["impression_id"] is None
    assert "x-impression-id" not in client.post("/predict", json={"userId": "3"}).headers
    assert not (tmp_path / "news" / "events").exists()
    assert client.delete("/users/3", headers={"X-API-Key": USERS_KEY}).status_code == 204


def test_sample_has_all_responses_to_a_user_or_none(serve, read_impressions):
    client = serve(inference_log_sample=0.3)
    users = [f"u{number}" for number in range(60)]
    is_logged = [
        [recommend(client, user, num_recs=1)["impression_id"] is not None for _ in range(3)] for user in users
    ]
    assert is_logged == [[PSEUDONYMS.derive(user).sampling_value < 0.3] * 3 for user in users]
    count = sum(map(sum, is_logged))
    assert 0 < count < 180
    wait_for(lambda: len(read_impressions()) == count, "all impressions are written")


def test_sample_of_zero_logs_nothing(serve):
    client = serve(inference_log_sample=0)
    assert {recommend(client, user)["impression_id"] for user in ("3", "5", None)} == {None}


def test_impressions_of_a_forgotten_user_are_deleted_at_once(serve, read_impressions):
    client = serve()
    for user in ("3", "3", "5"):
        recommend(client, user)
    wait_for(lambda: len(read_impressions()) == 3, "all impressions are written")
    recommend(client, "3")
    assert client.delete("/users/3", headers={"X-API-Key": USERS_KEY}).status_code == 204
    assert [impression.pseudonym for impression in read_impressions().values()] == [
        PSEUDONYMS.derive("5").name
    ]


def test_impressions_under_an_older_key_are_deleted(serve, read_impressions):
    recommend(serve(), "3")
    wait_for(read_impressions, "the impression is written")
    rotated = serve(inference_log_keys=f"a-newer-key-for-pseudonyms, {KEYS['inference_log_keys']}")
    impression_id = recommend(rotated, "3")["impression_id"]
    wait_for(lambda: len(read_impressions()) == 2, "the impression is written")
    assert (
        read_impressions()[impression_id].pseudonym
        == Pseudonyms(["a-newer-key-for-pseudonyms"]).derive("3").name
    )
    rotated.delete("/users/3", headers={"X-API-Key": USERS_KEY})
    assert read_impressions() == {}


def test_unwritable_log_does_not_affect_recommendations(serve, tmp_path):
    events = tmp_path / "news" / "events"
    events.mkdir(parents=True)
    (events / "log.impressions.sqlite3").write_bytes(b"no database" * 1_000)
    client = serve()
    assert len(recommend(client, "3")["items"]) == 10
    assert client.delete("/users/3", headers={"X-API-Key": USERS_KEY}).status_code == 503
    body = {"user_id": "3", "item_id": "1"}
    assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).status_code == 200


def test_impression_of_an_experiment_has_its_name_and_the_variant(serve, read_impressions, registry, release):
    second = publish_copy(registry, release, "second", alias=CHALLENGER).id
    client = serve(challenger_share=0.5, experiment="spring")
    assignment = Assignment("spring", 0.5)
    users = {recommend(client, user)["impression_id"]: user for user in map(str, range(12))}
    wait_for(lambda: len(read_impressions()) == 12, "all impressions are written")
    for impression_id, impression in read_impressions().items():
        assert impression.experiment == "spring"
        assert (
            (impression.variant == "challenger")
            == (impression.release == second)
            == assignment.is_challenger(users[impression_id])
        )


def test_metrics_count_written_impressions(serve, read_impressions):
    client = serve()
    recommend(client, "3")
    wait_for(read_impressions, "the impression is written")
    wait_for(
        lambda: "manchete_inferences_logged_total 1.0" in client.get("/metrics").text,
        "the impression is counted",
    )
    assert "manchete_inferences_dropped_total 0.0" in client.get("/metrics").text
