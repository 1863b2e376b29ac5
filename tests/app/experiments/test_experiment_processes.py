"""An experiment with two replicas as processes, real logs, and the report of the command line."""

import json
import os
import subprocess
import sys

import pytest

from app.experiments.assignment import Assignment
from script_shared.clock import WallClock
from script_shared.impressions.factory import open_impressions
from script_shared.releases.registry import CHALLENGER
from tests.app.serving.test_replicas import PostgresAddress, SqliteAddress
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


def run_report(tmp_path, address):
    variables = {"DATA_ROOT": str(tmp_path), "EVENTS_URL": address}
    command = [sys.executable, "-m", "pipelines", "experiment", "--name", "spring"]
    return json.loads(subprocess.check_output(command, env=os.environ | variables, cwd=REPOSITORY))


def click_lists(client, user, list_count, click_count):
    """Request `list_count` lists and click the first item of `click_count` of them; return the variant."""
    for number in range(list_count):
        result = client.get("/recommendations", params={"user_id": user, "num_recs": 5}).json()
        if number < click_count:
            item = result["items"][0]["item_id"]
            body = {"user_id": user, "item_id": item, "impression_id": result["impression_id"]}
            assert client.post("/events", json=body).json()["accepted"] == 1
    return result["variant"]


class ExperimentContract:
    def test_report_counts_interactions_by_variant(self, registry, release, tmp_path, address):
        publish_copy(registry, release, "first", replay=False, as_of_ms=WallClock().now_ms())
        second = publish_copy(registry, release, "second", alias=CHALLENGER, replay=False).id
        with (
            run_api(tmp_path, tmp_path / "log", events_url=address, **SETTINGS) as (_, first_client),
            run_api(tmp_path, tmp_path / "log", events_url=address, **SETTINGS) as (_, second_client),
        ):
            for client in (first_client, second_client):
                wait_until_ready(client)
                wait_for(
                    lambda c=client: c.get("/info").json()["experiment"]["serving"] == second,
                    "both releases are served",
                )
            variants = {
                user: click_lists(
                    (first_client, second_client)[number % 2],
                    user,
                    4,
                    3 if ASSIGNMENT.is_challenger(user) else 1,
                )
                for number, user in enumerate(USERS)
            }
            assert variants == {
                user: "challenger" if ASSIGNMENT.is_challenger(user) else "champion" for user in USERS
            }
            forgotten = next(user for user in USERS if ASSIGNMENT.is_challenger(user))
            assert (
                second_client.delete(f"/users/{forgotten}", headers={"X-API-Key": USERS_KEY}).status_code
                == 204
            )
            log = open_impressions(address, tmp_path / "news" / "events")
            wait_for(
                lambda: len(log.newest(500)) == 4 * 39,
                "all impressions are written, none of the forgotten user",
            )
            log.close()
            report = run_report(tmp_path, address)
        challenger, champion = report["variants"]
        challenger_count = sum(map(ASSIGNMENT.is_challenger, USERS)) - 1
        assert (challenger["users"], challenger["impressions"]) == (challenger_count, 4 * challenger_count)
        assert (champion["users"], champion["interactions"]) == (39 - challenger_count, 39 - challenger_count)
        assert challenger["interactions"] == 3 * challenger_count
        assert (challenger["per_impression"]["value"], champion["per_impression"]["value"]) == (0.75, 0.25)
        assert report["difference"]["per_impression"] == {"value": 0.5, "low": 0.5, "high": 0.5}
        assert report["users_in_both"] == 0


class TestOnSqlite(SqliteAddress, ExperimentContract):
    def test_report_without_an_experiment_names_the_remedy(self, tmp_path, address):
        variables = {"DATA_ROOT": str(tmp_path)}
        command = [sys.executable, "-m", "pipelines", "experiment"]
        process = subprocess.run(
            command, env=os.environ | variables, cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert process.returncode == 2
        assert "CHALLENGER_SHARE" in process.stderr


@pytest.mark.tools("initdb")
class TestOnPostgres(PostgresAddress, ExperimentContract):
    pass
