"""Releases are published, damaged and rolled back while the service runs."""

import gc
import json
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pyarrow.parquet as pq
import pytest

from script_shared.releases.registry import CHALLENGER
from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY

ADMINISTRATION = {"X-API-Key": ADMIN_KEY}


def titles(client):
    answer = client.get("/recommendations").json()
    return answer["release"], {item["title"] for item in answer["items"]}


def flip(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


def write_object(path):
    path.write_text("{}")


def shorten(path):
    pq.write_table(pq.ParquetFile(path).read().slice(0, 1), path)


def remove_weight(path):
    document = json.loads(path.read_text())
    del document["weights"]["popularity_0.1h"]
    path.write_text(json.dumps(document))


def test_service_without_a_release_is_alive_and_names_the_reason(fresh):
    assert fresh.get("/health/live").json() == {"status": "alive"}
    assert fresh.get("/health").json() | {"uptime_seconds": 0} == {
        "status": "starting",
        "release": None,
        "as_of_ms": None,
        "replay": None,
        "reason": "no release has been published yet",
        "uptime_seconds": 0,
    }
    assert fresh.get("/releases").json() == []


def test_service_becomes_ready_when_a_release_is_published(fresh, look, publish, whole):
    first = publish("first")
    look()
    assert fresh.get("/health/ready").json() == {"status": "ready", "release": first}
    health = fresh.get("/health").json()
    assert (health["status"], health["release"], health["reason"]) == ("ready", first, None)
    assert health["as_of_ms"] == whole.manifest.as_of_ms
    assert titles(fresh) == (first, {"first"})


def test_new_champion_replaces_the_current_one(fresh, look, publish):
    publish("first")
    look()
    second = publish("second")
    assert titles(fresh)[1] == {"first"}
    look()
    assert titles(fresh) == (second, {"second"})


def test_rollback_serves_the_previous_champion(fresh, look, publish, registry):
    first, _ = publish("first"), publish("second")
    look()
    registry.rollback()
    look()
    assert titles(fresh) == (first, {"first"})


def test_list_of_releases_names_the_champion(fresh, publish):
    first, second = publish("first"), publish("second")
    listed = {entry["release"]: entry["aliases"] for entry in fresh.get("/releases").json()}
    assert listed == {first: [], second: ["champion"]}


def test_list_of_releases_names_the_challenger(fresh, publish, registry):
    first, second = publish("first"), publish("second")
    registry.publish(first, CHALLENGER)
    listed = {entry["release"]: entry["aliases"] for entry in fresh.get("/releases").json()}
    assert listed == {first: ["challenger"], second: ["champion"]}


def damage(file, how):
    return lambda release: how(release / file)


DAMAGES = {
    "a missing file": (
        damage("catalogue.parquet", Path.unlink),
        "parquet: the file cannot be read",
    ),
    "an altered file": (damage("evaluation.json", flip), "evaluation.json: the content differs"),
    "a torn file": (damage("evaluation.json", empty), "evaluation.json: the file has 0 bytes"),
    "an added file": (damage("more.json", empty), "more.json: the file is not in the manifest"),
    "no manifest": (damage("manifest.json", Path.unlink), "manifest.json: the manifest cannot be read"),
    "a torn manifest": (damage("manifest.json", empty), "manifest.json: this is not a manifest"),
    "no folder": (damage("", shutil.rmtree), "there is no release"),
}
UNLOADABLE = {
    "for another domain": ({"domain": "films"}, "the release is for 'films', not 'news'"),
    "no catalogue": ({"change": damage("catalogue.parquet", empty)}, "this is not a Parquet file"),
    "no records": ({"change": damage("evaluation.json", empty)}, "this is not JSON"),
    "no list of records": (
        {"change": damage("evaluation.json", write_object)},
        "this is not a list of records",
    ),
    "no model": ({"change": damage("models/logged/document.json", Path.unlink)}, "models/logged"),
    "a model of other code": (
        {"change": damage("models/logged/document.json", remove_weight)},
        "'popularity_0.1h' is not in it: it was published by other code",
    ),
    "half a catalogue": ({"change": damage("catalogue.parquet", shorten)}, "IndexError while it was loaded"),
}


def check_refused(client, first, broken, reason):
    health = client.get("/health").json()
    assert (health["status"], health["release"]) == ("degraded", first)
    assert health["reason"].startswith(f"release {broken} was refused: ")
    assert reason in health["reason"]
    assert client.get("/health/ready").json()["release"] == first
    assert titles(client) == (first, {"first"})
    assert 'manchete_release_loads_total{outcome="refused"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("damage_name", DAMAGES)
def test_broken_release_is_refused_with_its_reason_and_the_current_one_is_kept(
    fresh, look, publish, registry, damage_name
):
    damage, reason = DAMAGES[damage_name]
    first = publish("first")
    look()
    broken = publish("second")
    damage(registry.folder / broken)
    look()
    check_refused(fresh, first, broken, reason)


@pytest.mark.parametrize("fault", UNLOADABLE)
def test_intact_release_that_cannot_be_loaded_is_refused(fresh, look, publish, fault):
    changes, reason = UNLOADABLE[fault]
    first = publish("first")
    look()
    broken = publish("second", **changes)
    look()
    check_refused(fresh, first, broken, reason)


def test_readiness_names_a_broken_first_release(fresh, look, publish, registry):
    broken = publish("first")
    flip(registry.folder / broken / "evaluation.json")
    look()
    detail = fresh.get("/health/ready").json()["detail"]
    assert detail.startswith(f"release {broken} was refused: {broken}/evaluation.json: the content differs")
    assert str(registry.folder) not in detail


def test_rollback_or_valid_release_ends_the_degraded_state(fresh, look, publish, registry):
    first = publish("first")
    look()
    flip(registry.folder / publish("second") / "evaluation.json")
    look()
    registry.rollback()
    look()
    assert fresh.get("/health").json() | {"uptime_seconds": 0, "as_of_ms": 0} == {
        "status": "ready",
        "release": first,
        "as_of_ms": 0,
        "replay": True,
        "reason": None,
        "uptime_seconds": 0,
    }
    third = publish("third")
    look()
    assert titles(fresh) == (third, {"third"})


def test_look_request_loads_a_repaired_release_at_once(live, publish, registry):
    second = publish("second")
    flip(registry.folder / second / "evaluation.json")
    refused = live.post("/releases/look", headers=ADMINISTRATION).json()
    assert refused["champion"] != second
    assert refused["refused"].startswith(f"release {second} was refused: ")
    flip(registry.folder / second / "evaluation.json")
    found = live.post("/releases/look", headers=ADMINISTRATION).json()
    assert found == {"champion": second, "challenger": None, "refused": None}
    assert titles(live) == (second, {"second"})


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"X-API-Key": EVENTS_KEY}, 403)])
def test_look_request_needs_an_admin_key(live, publish, headers, status):
    second = publish("second")
    assert live.post("/releases/look", headers=headers).status_code == status
    assert titles(live)[0] != second


def test_answers_during_swaps_are_complete_and_from_one_release(
    fresh, look, publish, registry, reads, catalogue
):
    names = {publish(name): name for name in ("first", "second")}
    look()
    done = Event()
    users = [user for user in sorted(reads) if len(catalogue - reads[user]) >= 20][:8]

    def request_lists(user):
        answers = []
        while not done.is_set() or not answers:
            params = {"user_id": user, "num_recs": 20}
            answers.append(fresh.get("/recommendations", params=params).json())
        return answers

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(request_lists, user) for user in users]
        for _ in range(3):
            for release, title in names.items():
                registry.publish(release, "champion")
                look()
                assert titles(fresh) == (release, {title})
        done.set()
        answers = [answer for future in futures for answer in future.result()]
    assert {answer["release"] for answer in answers} <= set(names)
    assert all(len({item["item_id"] for item in answer["items"]}) == 20 for answer in answers)
    assert all(
        {item["title"] for item in answer["items"]} == {names[answer["release"]]} for answer in answers
    )


def test_replaced_release_is_freed_at_once(fresh, look, publish):
    publish("first")
    look()
    titles(fresh)
    first = weakref.ref(fresh.app.state.release_watcher.release.engine)
    gc.disable()
    try:
        publish("second")
        look()
        assert titles(fresh)[1] == {"second"}
        assert first() is None
    finally:
        gc.enable()
