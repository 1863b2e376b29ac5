"""Accepted values can be applied, served by every endpoint before and after a restart, and refined."""

import shutil
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from script_shared.events.event import EARLIEST_MS, LATEST_MS
from script_shared.storage.partitions import find_partition
from tests.support.data.clicks import write_clicks
from tests.support.data.fuzzing import fuzz_settings
from tests.support.processes.api_client import ADMIN_KEY, EVENTS_KEY, ITEMS_KEY, USERS_KEY
from tests.support.processes.postgres import create_events_database, postgres_url
from tests.support.releases.installation import Installation, keyed

MINUTE_MS = 60_000

TEXTS = st.one_of(
    st.sampled_from(["0", "null", "nan", "a,b", " ", "\\", "/", "..", "é", "😀"]),
    st.sampled_from(["\u202e", "\ufeff", "\ufdd0", "'<&>"]),
    st.text(min_size=1, max_size=12),
    st.integers(1, 256).map("x".__mul__),
)
IDS = st.one_of(TEXTS, st.sampled_from(["n1", "n2", "3", "5"]), st.integers(-(2**63), 2**63 - 1))
TIMESTAMPS = st.one_of(
    st.sampled_from([EARLIEST_MS, EARLIEST_MS + 1, LATEST_MS - 1, LATEST_MS]),
    st.integers(EARLIEST_MS, LATEST_MS),
    st.sampled_from(["2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z", "2023-11-16T05:00:00-03:00"]),
)
MEASURES = st.one_of(st.sampled_from([0, 1e-300, 5e-324, 1e6, 0.1]), st.floats(0, 1e6))
SHORT_TEXTS = st.one_of(st.none(), TEXTS.map(lambda text: text[:64]))


def optional_fields(**optional):
    return st.fixed_dictionaries({}, optional=optional)


EVENTS = st.builds(
    dict.__or__,
    optional_fields(
        **dict.fromkeys(("seconds", "clicks", "scroll", "visits", "weight"), MEASURES),
        **dict.fromkeys(("region", "device", "impression_id"), SHORT_TEXTS),
        user_type=st.sampled_from(["Logged", "Non-Logged", None]),
        timestamp=TIMESTAMPS,
        session_id=IDS,
        event_id=IDS,
    ),
    st.fixed_dictionaries({"user_id": IDS, "item_id": IDS}),
)
ITEMS = st.builds(
    dict.__or__,
    optional_fields(
        body=st.text(max_size=40),
        url=st.sampled_from(["https://a/", "http://é/" + "x" * 1_900, None]),
        published_at=TIMESTAMPS,
        expires_at=TIMESTAMPS,
        category=SHORT_TEXTS,
        region=SHORT_TEXTS,
    ),
    st.fixed_dictionaries({"item_id": IDS, "title": TEXTS}),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("/events"), st.lists(EVENTS, min_size=1, max_size=4)),
        st.tuples(st.just("/items"), st.lists(ITEMS, min_size=1, max_size=3)),
        st.tuples(st.just("DELETE /items"), TEXTS),
        st.tuples(st.just("DELETE /users"), TEXTS),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    raw, root = tmp_path_factory.mktemp("clicks"), tmp_path_factory.mktemp("data")
    write_clicks(raw, hours=8, articles=40, users=80, clicks_an_hour=100)
    installation = Installation(raw, root, f"sqlite://{root}/no-log")
    installation.run("run-1")
    return installation


def send(client, path, body):
    """Send a request that is accepted or refused, and never fails."""
    if path.startswith("DELETE"):
        resource = path.removeprefix("DELETE ")
        key = ITEMS_KEY if resource == "/items" else USERS_KEY
        response = client.delete(f"{resource}/{quote(body, safe='')}", headers=keyed(key))
    else:
        response = client.post(path, json=body, headers=keyed(EVENTS_KEY if path == "/events" else ITEMS_KEY))
    assert response.status_code < 500, (path, body, response.text)


def request_endpoints(client, users, items):
    """Request every endpoint that returns the sent values."""
    for user in users:
        name = quote(user, safe="")
        for path in (
            f"/users/{name}",
            f"/recommendations?user_id={name}&num_recs=100&explain=true",
            f"/recommendations?user_id={name}&recent_items={name}&exclude={name}&category={name}&diversity=1",
        ):
            assert client.get(path, headers=keyed(USERS_KEY)).status_code < 500, path
        assert client.post("/predict", json={"userId": user, "max_results": 100}).status_code < 500
        assert client.post("/recommendations", json={"user_id": user}).status_code < 500
    for item in items:
        assert client.get(f"/similar/{quote(item, safe='')}?num_recs=100").status_code < 500, item
    for path in (
        "/trending?num_recs=100",
        "/trending?region=1&max_age_hours=1",
        "/recommendations?num_recs=100&max_age_hours=87600",
        "/info",
        "/metrics",
        "/evaluation/metrics",
        "/releases",
    ):
        assert client.get(path).status_code == 200, path


def check_health(client):
    rejected = client.get("/events/rejected", headers=keyed(ADMIN_KEY)).json()
    assert rejected == {"count": 0, "events": []}
    assert client.get("/health").json()["status"] == "ready"


class AcceptedValuesContract:
    @pytest.fixture
    def installation(self, tmp_path, origin, address):
        shutil.copytree(origin.root, tmp_path / "data")
        return Installation(origin.raw, tmp_path / "data", address)

    def test_accepted_values_are_served_before_and_after_a_restart_and_refined_by_the_next_run(
        self, installation
    ):
        now = installation.registry.open().manifest.as_of_ms + 30 * MINUTE_MS
        users, items = {"zoe"}, {"n1"}

        with installation.service(now) as client:

            @fuzz_settings(25)
            @given(STEPS)
            def send_requests(steps):
                sent_users, sent_items = set(), set()
                for path, body in steps:
                    send(client, path, body)
                    if isinstance(body, list):
                        sent_users.update(str(element["user_id"]) for element in body if "user_id" in element)
                        sent_items.update(str(element["item_id"]) for element in body)
                request_endpoints(client, sent_users, sent_items)
                users.update(list(sent_users)[:2])
                items.update(list(sent_items)[:2])

            send_requests()
            check_health(client)
            clock = client.app.state.release_watcher.release.engine._clock
            # At this time, items with the latest accepted published time are published.
            clock.ms = LATEST_MS + 1
            request_endpoints(client, users, items)
        for now_ms in (now, LATEST_MS + 1):
            with installation.service(now_ms) as client:
                check_health(client)
                request_endpoints(client, users, items)
        report = installation.refine("run-2")
        assert report["log"]["rejected"] == 0
        assert report["log"]["until"] > 30
        reported = pl.read_parquet(find_partition(installation.volume.refined, "run-2") / "items.parquet")
        assert reported.height > 40


class TestOnSqlite(AcceptedValuesContract):
    @pytest.fixture
    def address(self):
        return ""


@pytest.mark.integration
@pytest.mark.tools("initdb")
class TestOnPostgres(AcceptedValuesContract):
    @pytest.fixture
    def address(self):
        with postgres_url() as server:
            yield create_events_database(server)
