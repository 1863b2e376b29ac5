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
from tests.support.processes.api_client import USERS_KEY
from tests.support.processes.api_process import REPOSITORY, run_api, wait_for, wait_until_ready
from tests.support.releases.release_copies import publish_copy

pytestmark = pytest.mark.integration

ASSIGNMENT = Assignment("spring", 0.5)
USERS = [f"reader-{number}" for number in range(40)]
SETTINGS = {
    "challenger_share": 0.5,
    "experiment": "spring",
    "inference_log_keys": "a-key-for-pseudonyms",
}


def report(tmp_path, address):
    variables = {"DATA_ROOT": str(tmp_path), "EVENTS_URL": address}
    command = [sys.executable, "-m", "pipelines", "experiment", "--name", "spring"]
    return json.loads(subprocess.check_output(command, env=os.environ | variables, cwd=REPOSITORY))


def follow_lists(client, user, lists, follows):
    """Request `lists` lists, and read the first item of `follows` of them, as a client does."""
    for place in range(lists):
        answer = client.get("/recommendations", params={"user_id": user, "num_recs": 5}).json()
        if place < follows:
            item = answer["items"][0]["item_id"]
            body = {"user_id": user, "item_id": item, "impression_id": answer["impression_id"]}
            assert client.post("/events", json=body).json()["accepted"] == 1
    return answer["variant"]


class EndToEnd:
    def test_report_counts_interactions_by_variant(self, registry, whole, tmp_path, address):
        publish_copy(registry, whole, "first", replay=False, as_of_ms=WallClock().now_ms())
        second = publish_copy(registry, whole, "second", alias=CHALLENGER, replay=False).id
        with (
            run_api(tmp_path, tmp_path / "log", events_url=address, **SETTINGS) as (_, one),
            run_api(tmp_path, tmp_path / "log", events_url=address, **SETTINGS) as (_, two),
        ):
            for client in (one, two):
                wait_until_ready(client)
                wait_for(
                    lambda c=client: c.get("/info").json()["experiment"]["serving"] == second,
                    "both are served",
                )
            variants = {
                user: follow_lists((one, two)[place % 2], user, 4, 3 if ASSIGNMENT.is_challenger(user) else 1)
                for place, user in enumerate(USERS)
            }
            assert variants == {x: "challenger" if ASSIGNMENT.is_challenger(x) else "champion" for x in USERS}
            forgotten = next(user for user in USERS if ASSIGNMENT.is_challenger(user))
            assert two.delete(f"/users/{forgotten}", headers={"X-API-Key": USERS_KEY}).status_code == 204
            log = open_impressions(address, tmp_path / "news" / "events")
            wait_for(
                lambda: len(log.newest(500)) == 4 * 39,
                "all impressions are written, none of the forgotten user",
            )
            log.close()
            found = report(tmp_path, address)
        challenger, champion = found["variants"]
        picked = sum(map(ASSIGNMENT.is_challenger, USERS)) - 1
        assert (challenger["users"], challenger["impressions"]) == (picked, 4 * picked)
        assert (champion["users"], champion["interactions"]) == (39 - picked, 39 - picked)
        assert challenger["interactions"] == 3 * picked
        assert (challenger["per_impression"]["value"], champion["per_impression"]["value"]) == (0.75, 0.25)
        assert found["difference"]["per_impression"] == {"value": 0.5, "low": 0.5, "high": 0.5}
        assert found["users_in_both"] == 0


class TestOnSqlite(Sqlite, EndToEnd):
    def test_report_without_an_experiment_names_the_remedy(self, tmp_path, address):
        variables = {"DATA_ROOT": str(tmp_path)}
        command = [sys.executable, "-m", "pipelines", "experiment"]
        done = subprocess.run(
            command, env=os.environ | variables, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "CHALLENGER_SHARE" in done.stderr


@pytest.mark.tools("initdb")
class TestOnPostgres(Postgres, EndToEnd):
    pass
