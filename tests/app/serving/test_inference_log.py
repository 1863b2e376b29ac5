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

NAMES = Pseudonyms([KEYS["inference_log_keys"]])


@pytest.fixture
def serve(publish, whole, tmp_path):
    publish("first")
    opened = []

    def serve(**settings):
        client = make_client(tmp_path, FixedClock(whole.manifest.as_of_ms), False, **KEYS | settings)
        opened.append(client.__enter__())
        client.app.state.release_watcher.refresh()
        if client.app.state.challenger:
            client.app.state.challenger.refresh()
        return client

    yield serve
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def kept(tmp_path):
    log = open_impressions("", tmp_path / "news" / "events")
    yield lambda: {impression.impression_id: impression for impression in log.newest(1_000)}
    log.close()


def ask(client, user=None, **more):
    answer = client.get("/recommendations", params={"user_id": user or ""} | more)
    assert answer.status_code == 200
    return answer.json()


def test_impression_has_the_answer_and_its_origin(serve, kept, whole):
    client = serve()
    answer = ask(client, "3", num_recs=7)
    wait_for(kept, "it is written")
    (line,) = kept().values()
    assert line == (
        answer["impression_id"],
        NAMES.derive("3").name,
        whole.manifest.as_of_ms,
        "",
        "champion",
        answer["release"],
        answer["segment"],
        answer["model"],
        tuple(item["item_id"] for item in answer["items"]),
        line.latency_us,
    )
    assert 0 < line.latency_us < 10_000_000


def test_every_answer_has_a_separate_impression(serve, kept):
    client = serve()
    names = [ask(client, "3")["impression_id"] for _ in range(20)]
    names.append(client.post("/predict", json={"userId": "3"}).headers["x-impression-id"])
    wait_for(lambda: len(kept()) == 21, "all are written")
    assert set(kept()) == set(names)


def test_user_id_is_in_no_file(serve, kept, tmp_path):
    client = serve()
    ask(client, "a-very-personal-id")
    wait_for(kept, "it is written")
    files = list((tmp_path / "news" / "events").iterdir())
    assert files
    assert all(b"a-very-personal-id" not in path.read_bytes() for path in files)


def test_user_without_an_id_has_no_pseudonym(serve, kept):
    name = ask(serve())["impression_id"]
    wait_for(kept, "it is written")
    assert kept()[name].pseudonym is None


def test_without_a_key_nothing_is_logged(serve, tmp_path):
    client = serve(inference_log_keys="")
    assert ask(client, "3")["impression_id"] is None
    assert "x-impression-id" not in client.post("/predict", json={"userId": "3"}).headers
    assert not (tmp_path / "news" / "events").exists()
    assert client.delete("/users/3", headers={"X-API-Key": USERS_KEY}).status_code == 204


def test_sample_has_all_answers_of_a_user_or_none(serve, kept):
    client = serve(inference_log_sample=0.3)
    users = [f"u{number}" for number in range(60)]
    noted = [[ask(client, user, num_recs=1)["impression_id"] is not None for _ in range(3)] for user in users]
    assert noted == [[NAMES.derive(user).sampling_value < 0.3] * 3 for user in users]
    count = sum(map(sum, noted))
    assert 0 < count < 180
    wait_for(lambda: len(kept()) == count, "all are written")


def test_sample_of_zero_logs_nothing(serve):
    client = serve(inference_log_sample=0)
    assert {ask(client, user)["impression_id"] for user in ("3", "5", None)} == {None}


def test_impressions_of_a_forgotten_user_are_deleted_at_once(serve, kept):
    client = serve()
    for user in ("3", "3", "5"):
        ask(client, user)
    wait_for(lambda: len(kept()) == 3, "all are written")
    ask(client, "3")
    assert client.delete("/users/3", headers={"X-API-Key": USERS_KEY}).status_code == 204
    assert [impression.pseudonym for impression in kept().values()] == [NAMES.derive("5").name]


def test_impressions_under_an_older_key_are_deleted(serve, kept):
    ask(serve(), "3")
    wait_for(kept, "it is written")
    rotated = serve(inference_log_keys=f"a-newer-key-for-pseudonyms, {KEYS['inference_log_keys']}")
    name = ask(rotated, "3")["impression_id"]
    wait_for(lambda: len(kept()) == 2, "it is written")
    assert kept()[name].pseudonym == Pseudonyms(["a-newer-key-for-pseudonyms"]).derive("3").name
    rotated.delete("/users/3", headers={"X-API-Key": USERS_KEY})
    assert kept() == {}


def test_unwritable_log_does_not_affect_recommendations(serve, tmp_path):
    events = tmp_path / "news" / "events"
    events.mkdir(parents=True)
    (events / "log.impressions.sqlite3").write_bytes(b"no database" * 1_000)
    client = serve()
    assert len(ask(client, "3")["items"]) == 10
    assert client.delete("/users/3", headers={"X-API-Key": USERS_KEY}).status_code == 503
    body = {"user_id": "3", "item_id": "1"}
    assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).status_code == 200


def test_impression_of_an_experiment_has_its_name_and_the_variant(serve, kept, registry, whole):
    second = publish_copy(registry, whole, "second", alias=CHALLENGER).id
    client = serve(challenger_share=0.5, experiment="spring")
    assignment = Assignment("spring", 0.5)
    users = {ask(client, user)["impression_id"]: user for user in map(str, range(12))}
    wait_for(lambda: len(kept()) == 12, "all are written")
    for name, line in kept().items():
        assert line.experiment == "spring"
        assert (
            (line.variant == "challenger")
            == (line.release == second)
            == assignment.is_challenger(users[name])
        )


def test_metrics_count_written_impressions(serve, kept):
    client = serve()
    ask(client, "3")
    wait_for(kept, "it is written")
    wait_for(lambda: "manchete_inferences_logged_total 1.0" in client.get("/metrics").text, "it is counted")
    assert "manchete_inferences_dropped_total 0.0" in client.get("/metrics").text
