"""An experiment from end to end: two replicas as processes, real logs, and the report of the command line."""

import json
import os
import subprocess
import sys

import pytest

from app.experiments.assignment import Assignment
from script_shared.clock import WallClock
from script_shared.impressions.factory import open_impressions
from script_shared.releases.registry import CHALLENGER
from tests.app.serving.test_replicas import Postgres, Sqlite
from tests.support.editions import publish_edition
from tests.support.servers import REPOSITORY, serving, until, until_ready
from tests.support.services import READERS_KEY

pytestmark = pytest.mark.integration

SPLIT = Assignment("spring", 0.5)
READERS = [f"reader-{number}" for number in range(40)]
SETTINGS = {
    "challenger_share": 0.5,
    "experiment": "spring",
    "inference_log_keys": "a-key-for-pseudonyms",
}


def report(tmp_path, address):
    told = {"DATA_ROOT": str(tmp_path), "EVENTS_URL": address}
    command = [sys.executable, "-m", "pipelines", "experiment", "--name", "spring"]
    return json.loads(subprocess.check_output(command, env=os.environ | told, cwd=REPOSITORY))


def follow_lists(client, reader, lists, follows):
    """Ask for so many lists, and read of the first of them, as a client does."""
    for place in range(lists):
        answer = client.get("/recommendations", params={"user_id": reader, "num_recs": 5}).json()
        if place < follows:
            item = answer["items"][0]["item_id"]
            body = {"user_id": reader, "item_id": item, "impression_id": answer["impression_id"]}
            assert client.post("/events", json=body).json()["accepted"] == 1
    return answer["variant"]


class EndToEnd:
    def test_the_report_counts_what_readers_did(self, registry, whole, tmp_path, address):
        publish_edition(registry, whole, "first", replay=False, as_of_ms=WallClock().now_ms())
        second = publish_edition(registry, whole, "second", alias=CHALLENGER, replay=False).id
        with (
            serving(tmp_path, tmp_path / "log", events_url=address, **SETTINGS) as (_, one),
            serving(tmp_path, tmp_path / "log", events_url=address, **SETTINGS) as (_, two),
        ):
            for client in (one, two):
                until_ready(client)
                until(
                    lambda c=client: c.get("/info").json()["experiment"]["serving"] == second,
                    "both are served",
                )
            told = {
                reader: follow_lists((one, two)[place % 2], reader, 4, 3 if SPLIT.picks(reader) else 1)
                for place, reader in enumerate(READERS)
            }
            assert told == {x: "challenger" if SPLIT.picks(x) else "champion" for x in READERS}
            gone = next(each for each in READERS if SPLIT.picks(each))
            assert two.delete(f"/users/{gone}", headers={"X-API-Key": READERS_KEY}).status_code == 204
            log = open_impressions(address, tmp_path / "news" / "events")
            until(
                lambda: len(log.newest(500)) == 4 * 39, "all impressions are written, none of the forgotten"
            )
            log.close()
            found = report(tmp_path, address)
        challenger, champion = found["variants"]
        picked = sum(map(SPLIT.picks, READERS)) - 1
        assert (challenger["users"], challenger["impressions"]) == (picked, 4 * picked)
        assert (champion["users"], champion["interactions"]) == (39 - picked, 39 - picked)
        assert challenger["interactions"] == 3 * picked
        assert (challenger["per_impression"]["value"], champion["per_impression"]["value"]) == (0.75, 0.25)
        assert found["difference"]["per_impression"] == {"value": 0.5, "low": 0.5, "high": 0.5}
        assert found["users_in_both"] == 0


class TestOnSqlite(Sqlite, EndToEnd):
    def test_without_an_experiment_it_says_what_to_do(self, tmp_path, address):
        told = {"DATA_ROOT": str(tmp_path)}
        command = [sys.executable, "-m", "pipelines", "experiment"]
        done = subprocess.run(
            command, env=os.environ | told, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "CHALLENGER_SHARE" in done.stderr


@pytest.mark.tools("initdb")
class TestOnPostgres(Postgres, EndToEnd):
    pass
