"""The inference log as the service writes it."""

import pytest

from app.experiments.assignment import Assignment
from script_shared.clock import FixedClock
from script_shared.impressions.factory import open_impressions
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.releases.registry import CHALLENGER
from tests.support.editions import publish_edition
from tests.support.servers import until
from tests.support.services import EVENTS_KEY, KEYS, READERS_KEY, started

NAMES = Pseudonyms([KEYS["inference_log_keys"]])


@pytest.fixture
def serve(publish, whole, tmp_path):
    publish("first")
    opened = []

    def serve(**settings):
        client = started(tmp_path, FixedClock(whole.manifest.as_of_ms), False, **KEYS | settings)
        opened.append(client.__enter__())
        client.app.state.release_watcher.look()
        if client.app.state.challenger:
            client.app.state.challenger.look()
        return client

    yield serve
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def kept(tmp_path):
    log = open_impressions("", tmp_path / "news" / "events")
    yield lambda: {each.impression_id: each for each in log.newest(1_000)}
    log.close()


def ask(client, reader=None, **more):
    answer = client.get("/recommendations", params={"user_id": reader or ""} | more)
    assert answer.status_code == 200
    return answer.json()


def test_a_line_says_who_got_what_from_whom_and_when(serve, kept, whole):
    client = serve()
    told = ask(client, "3", num_recs=7)
    until(kept, "it is written")
    (line,) = kept().values()
    assert line == (
        told["impression_id"],
        NAMES.of("3").name,
        whole.manifest.as_of_ms,
        "",
        "champion",
        told["release"],
        told["segment"],
        told["model"],
        tuple(each["item_id"] for each in told["items"]),
        line.latency_us,
    )
    assert 0 < line.latency_us < 10_000_000


def test_every_answer_has_an_impression_of_its_own(serve, kept):
    client = serve()
    names = [ask(client, "3")["impression_id"] for _ in range(20)]
    names.append(client.post("/predict", json={"userId": "3"}).headers["x-impression-id"])
    until(lambda: len(kept()) == 21, "all are written")
    assert set(kept()) == set(names)


def test_the_id_of_a_reader_is_in_no_file(serve, kept, tmp_path):
    client = serve()
    ask(client, "a-very-own-id")
    until(kept, "it is written")
    files = list((tmp_path / "news" / "events").iterdir())
    assert files
    assert all(b"a-very-own-id" not in path.read_bytes() for path in files)


def test_who_has_no_id_has_no_name(serve, kept):
    name = ask(serve())["impression_id"]
    until(kept, "it is written")
    assert kept()[name].user is None


def test_without_a_key_nothing_is_logged(serve, tmp_path):
    client = serve(inference_log_keys="")
    assert ask(client, "3")["impression_id"] is None
    assert "x-impression-id" not in client.post("/predict", json={"userId": "3"}).headers
    assert not (tmp_path / "news" / "events").exists()
    assert client.delete("/users/3", headers={"X-API-Key": READERS_KEY}).status_code == 204


def test_of_a_reader_all_is_logged_or_nothing(serve, kept):
    client = serve(inference_log_sample=0.3)
    readers = [f"u{number}" for number in range(60)]
    noted = [
        [ask(client, each, num_recs=1)["impression_id"] is not None for _ in range(3)] for each in readers
    ]
    assert noted == [[NAMES.of(each).place < 0.3] * 3 for each in readers]
    count = sum(map(sum, noted))
    assert 0 < count < 180
    until(lambda: len(kept()) == count, "all are written")


def test_a_sample_of_none_is_none(serve):
    client = serve(inference_log_sample=0)
    assert {ask(client, each)["impression_id"] for each in ("3", "5", None)} == {None}


def test_a_forgotten_reader_leaves_the_log_at_once(serve, kept):
    client = serve()
    for reader in ("3", "3", "5"):
        ask(client, reader)
    until(lambda: len(kept()) == 3, "all are written")
    ask(client, "3")
    assert client.delete("/users/3", headers={"X-API-Key": READERS_KEY}).status_code == 204
    assert [each.user for each in kept().values()] == [NAMES.of("5").name]


def test_what_an_older_key_named_is_forgotten_too(serve, kept):
    ask(serve(), "3")
    until(kept, "it is written")
    rotated = serve(inference_log_keys=f"a-newer-key-for-pseudonyms, {KEYS['inference_log_keys']}")
    name = ask(rotated, "3")["impression_id"]
    until(lambda: len(kept()) == 2, "it is written")
    assert kept()[name].user == Pseudonyms(["a-newer-key-for-pseudonyms"]).of("3").name
    rotated.delete("/users/3", headers={"X-API-Key": READERS_KEY})
    assert kept() == {}


def test_a_log_that_cannot_be_written_harms_no_answer(serve, tmp_path):
    events = tmp_path / "news" / "events"
    events.mkdir(parents=True)
    (events / "log.impressions.sqlite3").write_bytes(b"no database" * 1_000)
    client = serve()
    assert len(ask(client, "3")["items"]) == 10
    assert client.delete("/users/3", headers={"X-API-Key": READERS_KEY}).status_code == 503
    body = {"user_id": "3", "item_id": "1"}
    assert client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY}).status_code == 200


def test_a_line_of_an_experiment_names_it_and_the_variant(serve, kept, registry, whole):
    second = publish_edition(registry, whole, "second", alias=CHALLENGER).id
    client = serve(challenger_share=0.5, experiment="spring")
    split = Assignment("spring", 0.5)
    told = {ask(client, each)["impression_id"]: each for each in map(str, range(12))}
    until(lambda: len(kept()) == 12, "all are written")
    for name, line in kept().items():
        assert line.experiment == "spring"
        assert (line.variant == "challenger") == (line.release == second) == split.picks(told[name])


def test_the_metrics_tell_what_was_written(serve, kept):
    client = serve()
    ask(client, "3")
    until(kept, "it is written")
    until(lambda: "manchete_inferences_logged_total 1.0" in client.get("/metrics").text, "it is told")
    assert "manchete_inferences_dropped_total 0.0" in client.get("/metrics").text
