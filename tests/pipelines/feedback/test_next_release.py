"""Events accepted by the service are part of the next release; real stages, service and logs."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipelines.domains import load
from pipelines.stages.collect import collect, load_collected, open_archive
from script_shared.errors import EventLogError, EventsCompactedError, ReleaseNotFoundError
from script_shared.events.factory import open_log
from script_shared.rollback import roll_back
from tests.support.data.clicks import HOUR_MS, write_clicks
from tests.support.data.events import make_events, read_events
from tests.support.processes.api_client import ITEMS_KEY, USERS_KEY
from tests.support.processes.postgres import postgres_url
from tests.support.releases.installation import Installation, keyed

MINUTE_MS = 60_000


def post(client, rows):
    response = client.post("/events", json=rows, headers=keyed("another-key-for-events"))
    assert response.status_code == 200, response.text
    return [event["status"] for event in response.json()["events"]]


def refresh_release(client):
    client.app.state.release_watcher.refresh()
    return client.app.state.release_watcher.release


def get_history(client, user):
    response = client.get(f"/users/{user}", headers=keyed(USERS_KEY))
    if response.status_code == 404:
        return None
    profile = response.json()
    # A late interaction is the last of the live history but sorted by time in a release.
    recent = sorted((interaction["read_at"], interaction["item_id"]) for interaction in profile["recent"])
    return profile["segment"], profile["interactions"], recent


def get_counts(client, now_ms):
    """Return the decayed interaction counts by item id."""
    engine = refresh_release(client).engine
    items = engine._router.items
    values = engine._state.counts.get(np.arange(len(items)), now_ms)
    columns = {items[position]: values[:, position] for position in range(len(items))}
    return {name: column for name, column in columns.items() if column.any()}


def recommend(client, user, count=100):
    response = client.get("/recommendations", params={"user_id": user, "num_recs": count}).json()
    return [item["item_id"] for item in response["items"]]


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    raw, root = tmp_path_factory.mktemp("clicks"), tmp_path_factory.mktemp("data")
    write_clicks(raw, hours=8, articles=60, users=80, clicks_an_hour=100)
    installation = Installation(raw, root, f"sqlite://{root}/no-log")
    installation.run("run-1")
    return installation


class FeedbackTests:
    @pytest.fixture
    def installation(self, tmp_path, origin, address):
        """An installation with one release, made of the files alone."""
        shutil.copytree(origin.root, tmp_path / "data")
        return Installation(origin.raw, tmp_path / "data", address)

    def test_next_release_equals_the_live_state(self, installation):
        first = installation.registry.open().manifest
        now = first.as_of_ms + 30 * MINUTE_MS
        with installation.service(now) as client:
            items = recommend(client, "new")
            busy_events = [
                {"user_id": f"r{n}", "item_id": items[n % 7], "timestamp": now - n * 1000, "region": "2"}
                for n in range(40)
            ]
            events = [
                {"user_id": "new", "item_id": items[0], "event_id": "e1", "weight": 2.0},
                {"user_id": "new", "item_id": items[1], "timestamp": now - 5_000, "seconds": 90},
                {"user_id": "3", "item_id": items[2], "timestamp": now - 3 * HOUR_MS, "user_type": "Logged"},
            ]
            assert set(post(client, busy_events)) == {"accepted"}
            assert post(client, events) == ["accepted", "accepted", "late"]
            assert post(client, [events[0], events[0]]) == ["duplicate", "duplicate"]
            article = {"item_id": "n1", "title": "Just out", "category": "3", "published_at": now - 60_000}
            assert client.post("/items", json=article, headers=keyed(ITEMS_KEY)).json()["accepted"] == 1
            assert post(client, [{"user_id": "new", "item_id": "n1"}]) == ["accepted"]
            later = now + 2 * HOUR_MS
            refresh_release(client).engine._clock.ms = later
            users = ["new", "3", "5", "r1"]
            before = {user: get_history(client, user) for user in users}, get_counts(client, later)
            second = installation.run("run-2")
            assert (second.log_after, second.log_until) == (43, 45)
            assert second.as_of_ms == first.as_of_ms + HOUR_MS
            recommended = {user: recommend(client, user, 10) for user in users}
            assert refresh_release(client).id == second.release_id
            assert all(len(recommended[user]) == 10 for user in users)
        with installation.service(later) as restarted:
            after = {user: get_history(restarted, user) for user in users}, get_counts(restarted, later)
            assert after[0] == before[0]
            assert before[0]["new"][1] == 3
            assert after[1].keys() == before[1].keys()
            for name, row in before[1].items():
                np.testing.assert_allclose(after[1][name], row, rtol=1e-6, err_msg=name)
            for user in users:
                items = {item for _, item in after[0][user][2]}
                assert not items & set(recommend(restarted, user))
            trending = restarted.get("/trending?n=100").json()["items"]
            (item,) = [item for item in trending if item["item_id"] == "n1"]
            assert (item["title"], item["category"]) == ("Just out", "3")


class TestOnSqlite(FeedbackTests):
    @pytest.fixture
    def address(self):
        return ""

    def test_events_after_the_data_stay_in_the_log_and_count_once(self, installation):
        first = installation.registry.open().manifest
        now = first.as_of_ms + 30 * MINUTE_MS
        with installation.service(now) as client:
            item = recommend(client, "new")[0]
            assert post(client, [{"user_id": "new", "item_id": item}, {"user_id": "3", "item_id": item}])
            before = get_counts(client, now)
        second = installation.run("run-2")
        # Two interactions do not extend the data by an hour: a replica applies them from the log.
        assert (second.as_of_ms, second.log_after, second.log_until) == (first.as_of_ms, 0, 2)
        with installation.service(now) as restarted:
            assert get_history(restarted, "new")[1] == 1
            after = get_counts(restarted, now)
            np.testing.assert_allclose(after[item], before[item], rtol=1e-6)

    def test_item_without_metadata_is_part_of_the_next_release(self, installation):
        now = installation.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        with installation.service(now) as client:
            rows = [{"user_id": f"r{n}", "item_id": "unheard-of", "timestamp": now - n} for n in range(30)]
            assert set(post(client, rows)) == {"unknown-item"}
        installation.run("run-2")
        with installation.service(now) as restarted:
            assert refresh_release(restarted).engine.has_item("unheard-of")
            assert get_history(restarted, "r1")[1] == 1
            assert "unheard-of" in recommend(restarted, "somebody")

    def test_forgotten_user_in_the_files_stays_forgotten(self, installation):
        now = installation.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        with installation.service(now) as client:
            item, other = recommend(client, "new")[:2]
            post(client, [{"user_id": name, "item_id": item} for name in ("3", "5", "new")])
            for name in ("3", "5", "new"):
                assert client.delete(f"/users/{name}", headers=keyed(USERS_KEY)).status_code == 204
            # One of the forgotten users returns as a new user.
            post(client, [{"user_id": "5", "item_id": other}])
            rows = [{"user_id": f"r{n}", "item_id": item, "timestamp": now - n} for n in range(30)]
            post(client, rows)
        for run in ("run-2", "run-3"):
            installation.run(run)
            with installation.service(now) as restarted:
                assert get_history(restarted, "3") is None
                assert get_history(restarted, "new") is None
                assert get_history(restarted, "5")[1] == 1
                assert get_history(restarted, "7")[1] > 1
            events = installation.root / "news" / "events"
            archived = [path.read_bytes() for path in (events / "archive").iterdir()]
            assert archived
            kept = (events / "forgotten" / "users.json").read_text()
            assert len(kept.split("]")) == 4
            assert '"new"' not in kept
            assert (events / "forgotten" / "key").stat().st_mode & 0o077 == 0

    def test_log_is_compacted_up_to_the_oldest_release_that_may_be_served(self, installation):
        now = installation.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        manifests = [installation.registry.open().manifest]
        for number in range(2, 6):
            with installation.service(now) as client:
                items = recommend(client, "new", 20)
                rows = [
                    {"user_id": f"r{number}-{n}", "item_id": items[n % 9], "timestamp": now - n}
                    for n in range(40)
                ]
                post(client, rows)
            manifests.append(installation.run(f"run-{number}"))
            now += HOUR_MS
        ends = [manifest.log_until for manifest in manifests]
        assert ends == [0, 40, 80, 120, 160]
        log = installation.log()
        # The oldest of the champion and the two before it replays the log after 80.
        assert [offset for offset, _ in read_events(log, 80)] == list(range(81, 161))
        with pytest.raises(EventsCompactedError, match="up to 80"):
            log.read(79, 1)
        log.close()
        with installation.service(now) as restarted:
            assert refresh_release(restarted).id == manifests[-1].release_id
            assert get_history(restarted, "r2-1")[1] == get_history(restarted, "r5-1")[1] == 1
            registry = installation.registry
            for earlier in (manifests[-2], manifests[-3]):
                assert roll_back(registry, log) == earlier.release_id
                assert refresh_release(restarted).id == earlier.release_id
                assert get_history(restarted, "r5-1")[1] == 1
            # A release that needs compacted events cannot become champion.
            with pytest.raises(EventsCompactedError, match="events after offset 40"):
                roll_back(registry, log, manifests[1].release_id)
            with pytest.raises(ReleaseNotFoundError, match="no valid earlier champion"):
                roll_back(registry, log)
            # If the alias names it anyway, the service rejects it and keeps the loaded release.
            installation.registry.publish(manifests[0].release_id, "champion")
            assert refresh_release(restarted).id == manifests[-3].release_id
            assert "have been removed" in restarted.get("/health").json()["reason"]

    def test_parallel_runs_archive_each_event_once(self, installation):
        log = installation.log()
        log.append(make_events(range(500)))
        with ThreadPoolExecutor(4) as pool:
            names = [f"run-{number}" for number in range(2, 6)]
            list(
                pool.map(
                    lambda name: collect(load("news"), installation.volume, name, installation.url), names
                )
            )
        log.append(make_events(range(500, 600)))
        collect(load("news"), installation.volume, "run-6", installation.url)
        files = open_archive(installation.volume).files()
        assert [file.last for file in files] == [500, 600]
        assert load_collected(load("news"), installation.volume, "run-5").events.height == 500
        assert load_collected(load("news"), installation.volume, "run-6").events["event_id"].to_list() == [
            str(n) for n in range(600)
        ]
        assert load_collected(load("news"), installation.volume, "run-1") is None
        log.close()

    def test_replaced_log_is_rejected_without_changes(self, installation):
        log = installation.log()
        log.append(make_events(range(9)))
        collect(load("news"), installation.volume, "run-2", installation.url)
        other = open_log(f"sqlite://{installation.root}/other", installation.root)
        other.append(make_events("abc"))
        with pytest.raises(EventLogError, match="ends at offset 3, but events up to 9 are archived"):
            collect(load("news"), installation.volume, "run-3", f"sqlite://{installation.root}/other")
        assert installation.registry.open().manifest.log_until == 0
        log.close()
        other.close()


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestOnPostgres(FeedbackTests):
    @pytest.fixture
    def address(self):
        with postgres_url() as address:
            yield address
