"""What the service was told comes back in the next release: real stages, the real service, real logs."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipelines.cli.rollback import roll_back
from pipelines.domains import load
from pipelines.stages.collect import collect, load_collected, open_archive
from script_shared.errors import EventLogError, EventsCompactedError, ReleaseNotFoundError
from script_shared.events.factory import open_log
from tests.support.data.clicks import HOUR_MS, write_clicks
from tests.support.data.events import make_events, read_events
from tests.support.processes.api_client import ITEMS_KEY, USERS_KEY
from tests.support.processes.postgres import postgres_url
from tests.support.releases.installation import Installation, keyed

MINUTE_MS = 60_000


def post(client, rows):
    answer = client.post("/events", json=rows, headers=keyed("another-key-for-events"))
    assert answer.status_code == 200, answer.text
    return [each["status"] for each in answer.json()["events"]]


def served(client):
    client.app.state.release_watcher.refresh()
    return client.app.state.release_watcher.release


def history(client, reader):
    answer = client.get(f"/users/{reader}", headers=keyed(USERS_KEY))
    if answer.status_code == 404:
        return None
    told = answer.json()
    # One that came late stands last in a state that was told live, and in its place in a release.
    recent = sorted((each["read_at"], each["item_id"]) for each in told["recent"])
    return told["segment"], told["interactions"], recent


def counts(client, now_ms):
    """How often each item was read, decayed, by id: what everybody's lists rest on."""
    engine = served(client).engine
    items = engine._router.items
    values = engine._state.counts.get(np.arange(len(items)), now_ms)
    found = {items[place]: values[:, place] for place in range(len(items))}
    return {name: row for name, row in found.items() if row.any()}


def shown(client, reader, count=100):
    answer = client.get("/recommendations", params={"user_id": reader, "num_recs": count}).json()
    return [each["item_id"] for each in answer["items"]]


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    raw, root = tmp_path_factory.mktemp("clicks"), tmp_path_factory.mktemp("data")
    write_clicks(raw, hours=8, articles=60, users=80, clicks_an_hour=100)
    world = Installation(raw, root, f"sqlite://{root}/no-log")
    world.run("run-1")
    return world


class Feedback:
    @pytest.fixture
    def world(self, tmp_path, origin, address):
        """One release, by the files alone."""
        shutil.copytree(origin.root, tmp_path / "data")
        return Installation(origin.raw, tmp_path / "data", address)

    def test_the_next_release_answers_as_the_one_before_that_was_told_live(self, world):
        first = world.registry.open().manifest
        now = first.as_of_ms + 30 * MINUTE_MS
        with world.service(now) as live:
            items = shown(live, "new")
            busy = [
                {"user_id": f"r{n}", "item_id": items[n % 7], "timestamp": now - n * 1000, "region": "2"}
                for n in range(40)
            ]
            told = [
                {"user_id": "new", "item_id": items[0], "event_id": "e1", "weight": 2.0},
                {"user_id": "new", "item_id": items[1], "timestamp": now - 5_000, "seconds": 90},
                {"user_id": "3", "item_id": items[2], "timestamp": now - 3 * HOUR_MS, "user_type": "Logged"},
            ]
            assert set(post(live, busy)) == {"accepted"}
            assert post(live, told) == ["accepted", "accepted", "late"]
            assert post(live, [told[0], told[0]]) == ["duplicate", "duplicate"]
            article = {"item_id": "n1", "title": "Just out", "category": "3", "published_at": now - 60_000}
            assert live.post("/items", json=article, headers=keyed(ITEMS_KEY)).json()["accepted"] == 1
            assert post(live, [{"user_id": "new", "item_id": "n1"}]) == ["accepted"]
            later = now + 2 * HOUR_MS
            served(live).engine._clock.ms = later
            readers = ["new", "3", "5", "r1"]
            before = {reader: history(live, reader) for reader in readers}, counts(live, later)
            second = world.run("run-2")
            assert (second.log_after, second.log_until) == (43, 45)
            assert second.as_of_ms == first.as_of_ms + HOUR_MS
            fresh = {reader: shown(live, reader, 10) for reader in readers}
            assert served(live).id == second.release_id
            assert all(len(fresh[reader]) == 10 for reader in readers)
        with world.service(later) as anew:
            after = {reader: history(anew, reader) for reader in readers}, counts(anew, later)
            assert after[0] == before[0]
            assert before[0]["new"][1] == 3
            assert after[1].keys() == before[1].keys()
            for name, row in before[1].items():
                np.testing.assert_allclose(after[1][name], row, rtol=1e-6, err_msg=name)
            for reader in readers:
                read = {item for _, item in after[0][reader][2]}
                assert not read & set(shown(anew, reader))
            (found,) = [x for x in anew.get("/trending?n=100").json()["items"] if x["item_id"] == "n1"]
            assert (found["title"], found["category"]) == ("Just out", "3")


class TestOnSqlite(Feedback):
    @pytest.fixture
    def address(self):
        return ""

    def test_what_the_data_does_not_reach_stays_with_the_log_and_counts_once(self, world):
        first = world.registry.open().manifest
        now = first.as_of_ms + 30 * MINUTE_MS
        with world.service(now) as live:
            item = shown(live, "new")[0]
            assert post(live, [{"user_id": "new", "item_id": item}, {"user_id": "3", "item_id": item}])
            before = counts(live, now)
        second = world.run("run-2")
        # Two reads make no hour of the data: it ends where it did, and a replica folds them in.
        assert (second.as_of_ms, second.log_after, second.log_until) == (first.as_of_ms, 0, 2)
        with world.service(now) as anew:
            assert history(anew, "new")[1] == 1
            after = counts(anew, now)
            np.testing.assert_allclose(after[item], before[item], rtol=1e-6)

    def test_an_article_that_only_reads_know_is_known_to_the_next_release(self, world):
        now = world.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        with world.service(now) as live:
            rows = [{"user_id": f"r{n}", "item_id": "unheard-of", "timestamp": now - n} for n in range(30)]
            assert set(post(live, rows)) == {"unknown-item"}
        world.run("run-2")
        with world.service(now) as anew:
            assert served(anew).engine.has_item("unheard-of")
            assert history(anew, "r1")[1] == 1
            assert "unheard-of" in shown(anew, "somebody")

    def test_a_forgotten_reader_stays_forgotten_though_the_files_hold_them(self, world):
        now = world.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        with world.service(now) as live:
            item, other = shown(live, "new")[:2]
            post(live, [{"user_id": name, "item_id": item} for name in ("3", "5", "new")])
            for name in ("3", "5", "new"):
                assert live.delete(f"/users/{name}", headers=keyed(USERS_KEY)).status_code == 204
            # One of them comes back, and is somebody new.
            post(live, [{"user_id": "5", "item_id": other}])
            rows = [{"user_id": f"r{n}", "item_id": item, "timestamp": now - n} for n in range(30)]
            post(live, rows)
        for run in ("run-2", "run-3"):
            world.run(run)
            with world.service(now) as anew:
                assert history(anew, "3") is None
                assert history(anew, "new") is None
                assert history(anew, "5")[1] == 1
                assert history(anew, "7")[1] > 1
            events = world.root / "news" / "events"
            archived = [path.read_bytes() for path in (events / "archive").iterdir()]
            assert archived
            kept = (events / "forgotten" / "users.json").read_text()
            assert len(kept.split("]")) == 4
            assert '"new"' not in kept
            assert (events / "forgotten" / "key").stat().st_mode & 0o077 == 0

    def test_the_log_is_compacted_behind_the_releases_that_may_be_served(self, world):
        now = world.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        manifests = [world.registry.open().manifest]
        for number in range(2, 6):
            with world.service(now) as live:
                items = shown(live, "new", 20)
                rows = [
                    {"user_id": f"r{number}-{n}", "item_id": items[n % 9], "timestamp": now - n}
                    for n in range(40)
                ]
                post(live, rows)
            manifests.append(world.run(f"run-{number}"))
            now += HOUR_MS
        ends = [each.log_until for each in manifests]
        assert ends == [0, 40, 80, 120, 160]
        log = world.log()
        # Of the champion and the two before it, the eldest begins behind 80.
        assert [offset for offset, _ in read_events(log, 80)] == list(range(81, 161))
        with pytest.raises(EventsCompactedError, match="up to 80"):
            log.read(79, 1)
        log.close()
        with world.service(now) as anew:
            assert served(anew).id == manifests[-1].release_id
            assert history(anew, "r2-1")[1] == history(anew, "r5-1")[1] == 1
            for earlier in (manifests[-2], manifests[-3]):
                assert roll_back(world.volume, "", world.url) == earlier.release_id
                assert served(anew).id == earlier.release_id
                assert history(anew, "r5-1")[1] == 1
            # One that needs what is gone is no champion any more.
            with pytest.raises(EventsCompactedError, match="events after offset 40"):
                roll_back(world.volume, manifests[1].release_id, world.url)
            with pytest.raises(ReleaseNotFoundError, match="no valid earlier champion"):
                roll_back(world.volume, "", world.url)
            # Where it is made the champion all the same it is refused, and the other goes on.
            world.registry.publish(manifests[0].release_id, "champion")
            assert served(anew).id == manifests[-3].release_id
            assert "have been removed" in anew.get("/health").json()["reason"]

    def test_two_runs_that_collect_at_once_bring_each_event_over_once(self, world):
        log = world.log()
        log.append(make_events(range(500)))
        with ThreadPoolExecutor(4) as pool:
            names = [f"run-{number}" for number in range(2, 6)]
            list(pool.map(lambda name: collect(load("news"), world.volume, name, world.url), names))
        log.append(make_events(range(500, 600)))
        collect(load("news"), world.volume, "run-6", world.url)
        stretches = open_archive(world.volume).files()
        assert [each.last for each in stretches] == [500, 600]
        assert load_collected(world.volume, "run-5").events.height == 500
        assert load_collected(world.volume, "run-6").events["event_id"].to_list() == [
            str(n) for n in range(600)
        ]
        assert load_collected(world.volume, "run-1") is None
        log.close()

    def test_another_log_in_its_place_is_told_and_changes_nothing(self, world):
        log = world.log()
        log.append(make_events(range(9)))
        collect(load("news"), world.volume, "run-2", world.url)
        other = open_log(f"sqlite://{world.root}/other", world.root)
        other.append(make_events("abc"))
        with pytest.raises(EventLogError, match="ends at offset 3, but events up to 9 are archived"):
            collect(load("news"), world.volume, "run-3", f"sqlite://{world.root}/other")
        assert world.registry.open().manifest.log_until == 0
        log.close()
        other.close()


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestOnPostgres(Feedback):
    @pytest.fixture
    def address(self):
        with postgres_url() as address:
            yield address
