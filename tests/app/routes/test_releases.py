"""The service loads published releases, refuses damaged ones, and follows rollbacks, while it runs."""

import gc
import json
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pyarrow.parquet as pq
import pytest

from script_shared.releases.state import CHALLENGER
from tests.support.data.events import make_events
from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY

ADMINISTRATION = {"X-API-Key": ADMIN_KEY}


def get_release_and_titles(client):
    result = client.get("/recommendations").json()
    return result["release"], {item["title"] for item in result["items"]}


def flip_last_bit(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def truncate(path):
    path.write_bytes(b"")


def write_object(path):
    path.write_text("{}")


def shorten(path):
    pq.write_table(pq.ParquetFile(path).read().slice(0, 1), path)


def remove_weight(path):
    document = json.loads(path.read_text())
    del document["weights"]["popularity_0.1h"]
    path.write_text(json.dumps(document))


def test_service_without_a_release_is_alive_and_names_the_reason(empty_client):
    assert empty_client.get("/health/live").json() == {"status": "alive"}
    assert empty_client.get("/health").json() | {"uptime_seconds": 0} == {
        "status": "starting",
        "release": None,
        "as_of_ms": None,
        "replay": None,
        "reason": "no release has been published yet",
        "uptime_seconds": 0,
    }
    assert empty_client.get("/releases").json() == []


def test_service_becomes_ready_when_a_release_is_published(empty_client, refresh, publish, release):
    first = publish("first")
    refresh()
    assert empty_client.get("/health/ready").json() == {"status": "ready", "release": first}
    health = empty_client.get("/health").json()
    assert (health["status"], health["release"], health["reason"]) == ("ready", first, None)
    assert health["as_of_ms"] == release.manifest.as_of_ms
    assert get_release_and_titles(empty_client) == (first, {"first"})


def test_new_champion_replaces_the_current_one(empty_client, refresh, publish):
    publish("first")
    refresh()
    second = publish("second")
    assert get_release_and_titles(empty_client)[1] == {"first"}
    refresh()
    assert get_release_and_titles(empty_client) == (second, {"second"})


def test_rollback_serves_the_previous_champion(empty_client, refresh, publish, registry):
    first, _ = publish("first"), publish("second")
    refresh()
    registry.rollback()
    refresh()
    assert get_release_and_titles(empty_client) == (first, {"first"})


def test_list_of_releases_names_the_champion(empty_client, publish):
    first, second = publish("first"), publish("second")
    listed = {entry["release"]: entry["aliases"] for entry in empty_client.get("/releases").json()}
    assert listed == {first: [], second: ["champion"]}


def test_list_of_releases_names_the_challenger(empty_client, publish, registry):
    first, second = publish("first"), publish("second")
    registry.publish(first, CHALLENGER)
    listed = {entry["release"]: entry["aliases"] for entry in empty_client.get("/releases").json()}
    assert listed == {first: ["challenger"], second: ["champion"]}


def damage(file, change):
    return lambda release: change(release / file)


DAMAGES = {
    "a missing file": (
        damage("catalogue.parquet", Path.unlink),
        "parquet: the file cannot be read",
    ),
    "an altered file": (damage("evaluation.json", flip_last_bit), "evaluation.json: the content differs"),
    "a torn file": (damage("evaluation.json", truncate), "evaluation.json: the file has 0 bytes"),
    "an added file": (damage("more.json", truncate), "more.json: the file is not in the manifest"),
    "no manifest": (damage("manifest.json", Path.unlink), "manifest.json: the manifest cannot be read"),
    "a torn manifest": (damage("manifest.json", truncate), "manifest.json: this is not a manifest"),
    "no folder": (damage("", shutil.rmtree), "there is no release"),
}
UNLOADABLE = {
    "for another domain": ({"domain": "films"}, "the release is for 'films', not 'news'"),
    "no catalogue": ({"change": damage("catalogue.parquet", truncate)}, "this is not a Parquet file"),
    "no records": ({"change": damage("evaluation.json", truncate)}, "this is not JSON"),
    "no list of records": (
        {"change": damage("evaluation.json", write_object)},
        "this is not a list of records",
    ),
    "no model": ({"change": damage("models/logged/document.json", Path.unlink)}, "models/logged"),
    "a model of other code": (
        {"change": damage("models/logged/document.json", remove_weight)},
        "'popularity_0.1h' is not in it: it was published by other code",
    ),
    "half a catalogue": ({"change": damage("catalogue.parquet", shorten)}, "rows, but the release has"),
}


def check_refused(client, first, broken, reason):
    health = client.get("/health").json()
    assert (health["status"], health["release"]) == ("degraded", first)
    assert health["reason"].startswith(f"release {broken} was refused: ")
    assert reason in health["reason"]
    assert client.get("/health/ready").json()["release"] == first
    assert get_release_and_titles(client) == (first, {"first"})
    assert 'manchete_release_loads_total{outcome="refused"} 1.0' in client.get("/metrics").text


@pytest.mark.parametrize("damage_name", DAMAGES)
def test_broken_release_is_refused_with_its_reason_and_the_current_one_is_kept(
    empty_client, refresh, publish, registry, damage_name
):
    damage, reason = DAMAGES[damage_name]
    first = publish("first")
    refresh()
    broken = publish("second")
    damage(registry.folder / broken)
    refresh()
    check_refused(empty_client, first, broken, reason)


@pytest.mark.parametrize("fault", UNLOADABLE)
def test_intact_release_that_cannot_be_loaded_is_refused(empty_client, refresh, publish, fault):
    changes, reason = UNLOADABLE[fault]
    first = publish("first")
    refresh()
    broken = publish("second", **changes)
    refresh()
    check_refused(empty_client, first, broken, reason)


def test_readiness_names_a_broken_first_release(empty_client, refresh, publish, registry):
    broken = publish("first")
    flip_last_bit(registry.folder / broken / "evaluation.json")
    refresh()
    detail = empty_client.get("/health/ready").json()["detail"]
    assert detail.startswith(f"release {broken} was refused: {broken}/evaluation.json: the content differs")
    assert str(registry.folder) not in detail


def test_rollback_or_valid_release_ends_the_degraded_state(empty_client, refresh, publish, registry):
    first = publish("first")
    refresh()
    flip_last_bit(registry.folder / publish("second") / "evaluation.json")
    refresh()
    registry.rollback()
    refresh()
    assert empty_client.get("/health").json() | {"uptime_seconds": 0, "as_of_ms": 0} == {
        "status": "ready",
        "release": first,
        "as_of_ms": 0,
        "replay": True,
        "reason": None,
        "uptime_seconds": 0,
    }
    third = publish("third")
    refresh()
    assert get_release_and_titles(empty_client) == (third, {"third"})


def test_post_releases_refresh_loads_a_repaired_release_at_once(client, publish, registry):
    second = publish("second")
    flip_last_bit(registry.folder / second / "evaluation.json")
    result = client.post("/releases/refresh", headers=ADMINISTRATION).json()
    assert result["champion"] != second
    assert result["refused"].startswith(f"release {second} was refused: ")
    flip_last_bit(registry.folder / second / "evaluation.json")
    result = client.post("/releases/refresh", headers=ADMINISTRATION).json()
    assert result == {"champion": second, "challenger": None, "refused": None}
    assert get_release_and_titles(client) == (second, {"second"})


@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"X-API-Key": EVENTS_KEY}, 403)])
def test_post_releases_refresh_needs_an_admin_key(client, publish, headers, status):
    second = publish("second")
    assert client.post("/releases/refresh", headers=headers).status_code == status
    assert get_release_and_titles(client)[0] != second


def test_responses_during_swaps_are_complete_and_from_one_release(
    empty_client, refresh, publish, registry, histories, catalogue
):
    names = {publish(name): name for name in ("first", "second")}
    refresh()
    stop = Event()
    users = [user for user in sorted(histories) if len(catalogue - histories[user]) >= 20][:8]

    def request_lists(user):
        responses = []
        while not stop.is_set() or not responses:
            params = {"user_id": user, "num_recs": 20}
            responses.append(empty_client.get("/recommendations", params=params).json())
        return responses

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(request_lists, user) for user in users]
        for _ in range(3):
            for release, title in names.items():
                registry.publish(release, "champion")
                refresh()
                assert get_release_and_titles(empty_client) == (release, {title})
        stop.set()
        responses = [response for future in futures for response in future.result()]
    assert {response["release"] for response in responses} <= set(names)
    assert all(len({item["item_id"] for item in response["items"]}) == 20 for response in responses)
    assert all(
        {item["title"] for item in response["items"]} == {names[response["release"]]}
        for response in responses
    )


def test_replaced_release_is_freed_at_once(empty_client, refresh, publish):
    publish("first")
    refresh()
    get_release_and_titles(empty_client)
    first = weakref.ref(empty_client.app.state.release_watcher.release.engine)
    gc.disable()
    try:
        publish("second")
        refresh()
        assert get_release_and_titles(empty_client)[1] == {"second"}
        assert first() is None
    finally:
        gc.enable()


def admin(client, method, path):
    return client.request(method, path, headers=ADMINISTRATION)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/releases/champion"),
        ("GET", "/releases/champion/diff"),
        ("POST", "/releases/promote"),
        ("POST", "/releases/rollback"),
    ],
)
@pytest.mark.parametrize(("headers", "status"), [({}, 401), ({"X-API-Key": EVENTS_KEY}, 403)])
def test_administration_of_releases_needs_an_admin_key(client, registry, method, path, headers, status):
    before = registry.state()
    assert client.request(method, path, headers=headers).status_code == status
    assert registry.state() == before


def test_release_is_described_by_id_version_and_alias(client, publish, registry):
    second = publish("second", alias=CHALLENGER)
    names = (second, "v2", "challenger")
    described = [admin(client, "GET", f"/releases/{name}").json() for name in names]
    assert described[0] == described[1] == described[2]
    manifest = registry.read_manifest(second)
    expected = {"release": second, "version": 2, "aliases": ["challenger"], "run": "second"}
    assert described[0] | expected == described[0]
    assert described[0]["files"] == len(manifest.files)
    models = {f"{name}.model": segment["model"] for name, segment in manifest.segments.items()}
    assert all({"name": name, "value": model} in described[0]["segments"] for name, model in models.items())


def test_releases_are_compared(client, publish):
    second = publish("second", alias=CHALLENGER, parameters={"depth": 3}, as_of_ms=5)
    diff = admin(client, "GET", "/releases/challenger/diff").json()
    assert (diff["release"], diff["changed_files"]) == (second, ["catalogue.parquet"])
    facts = {difference["name"]: difference["after"] for difference in diff["facts"]}
    assert (facts["run"], facts["as_of_ms"]) == ("second", 5)
    assert {"name": "depth", "before": None, "after": 3} in diff["parameters"]
    assert (diff["metrics"], diff["added_files"], diff["removed_files"]) == ([], [], [])
    same = admin(client, "GET", "/releases/v2/diff?base=v2").json()
    assert not any(same[name] for name in same if name not in ("base", "release"))


def test_promotion_and_rollback_change_the_champion(client, publish, registry):
    first, second = registry.find(), publish("second", alias=CHALLENGER)
    assert admin(client, "POST", "/releases/promote").json() == {
        "champion": second,
        "champion_version": 2,
        "challenger": None,
    }
    client.app.state.release_watcher.refresh()
    assert get_release_and_titles(client) == (second, {"second"})
    assert admin(client, "POST", "/releases/rollback").json()["champion"] == first
    assert admin(client, "POST", "/releases/rollback?to=v2").json()["champion"] == registry.find() == second


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/releases/nothing"),
        ("GET", "/releases/v7"),
        ("GET", "/releases/challenger"),
        ("GET", "/releases/champion/diff?base=v7"),
        ("POST", "/releases/promote"),
        ("POST", "/releases/rollback"),
        ("POST", "/releases/rollback?to=v7"),
    ],
)
def test_missing_release_is_a_problem_with_a_remedy(client, tmp_path, method, path):
    response = admin(client, method, path)
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert response.json()["remedy"]
    assert str(tmp_path) not in response.text


def test_damaged_release_is_neither_promoted_nor_described(client, publish, registry):
    second = publish("second", alias=CHALLENGER)
    flip_last_bit(registry.folder / second / "evaluation.json")
    response = admin(client, "POST", "/releases/promote")
    assert (response.status_code, registry.find(CHALLENGER)) == (409, second)
    assert "sha-256" in response.json()["detail"]
    (registry.folder / second / "manifest.json").write_text("{")
    assert admin(client, "GET", f"/releases/{second}").status_code == 409


def test_release_whose_events_have_left_the_log_is_not_restored(client, publish, registry):
    first, log = registry.find(), client.app.state.event_consumer.log
    publish("second")
    log.append(make_events(range(20)))
    log.compact(10)
    response = admin(client, "POST", "/releases/rollback?to=v1")
    assert response.status_code == 409
    assert "removed" in response.json()["detail"]
    assert admin(client, "POST", "/releases/rollback").status_code == 404
    assert registry.find() != first


def test_folder_that_cannot_be_written_is_a_problem_with_a_remedy(client, publish, registry):
    publish("second", alias=CHALLENGER)
    lock = registry.folder / ".registry.lock"
    lock.unlink()
    lock.symlink_to("/sys/lock")  # where nobody may create a file
    response = admin(client, "POST", "/releases/promote")
    assert response.status_code == 503
    assert "python -m pipelines releases" in response.json()["remedy"]
