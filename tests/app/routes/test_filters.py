"""Filters, `GET /trending` and `GET /similar/{item_id}`."""

import pyarrow.parquet as pq
import pytest

from tests.app.middleware.test_problems import check
from tests.support.processes.api_client import EVENTS_KEY

HOUR_MS = 3_600_000
PATHS = ("/recommendations", "/trending", "/similar/100")


@pytest.fixture
def rows(whole):
    return {row["item_id"]: row for row in pq.ParquetFile(whole.path("catalogue.parquet")).read().to_pylist()}


def items(client, path="/recommendations", **params):
    answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return [item["item_id"] for item in answer.json()["items"]]


@pytest.mark.parametrize("user", ["3", "5", "nobody"])
@pytest.mark.parametrize("category", ["0", "4"])
def test_category_filter_returns_all_items_of_the_category_and_no_others(live, rows, user, category, reads):
    wanted = {name for name, row in rows.items() if row["category"] == category}
    found = items(live, user_id=user, category=category, num_recs=100)
    assert set(found) == wanted - reads.get(user, set())
    assert items(live, user_id=user, category=category, num_recs=5) == found[:5]


def test_category_filter_keeps_the_order_of_the_unfiltered_list(live, rows):
    found = items(live, user_id="3", num_recs=100)
    kind = rows[found[0]]["category"]
    named = [name for name in items(live, user_id="3", num_recs=100) if rows[name]["category"] == kind]
    assert items(live, user_id="3", category=kind, num_recs=3) == named[:3]


def test_unknown_category_has_no_items(live):
    assert items(live, category="unheard of") == []


@pytest.mark.parametrize("path", PATHS)
def test_excluded_items_are_replaced_by_others(live, path):
    first = items(live, path, num_recs=5)
    found = items(live, path, num_recs=5, exclude=",".join([*first[:3], "unheard of"]))
    assert len(found) == 5
    assert not set(first[:3]) & set(found)


@pytest.mark.parametrize("path", PATHS)
def test_max_age_removes_older_items(live, path, rows, clock):
    found = items(live, path, max_age_hours=8, num_recs=100)
    assert found
    oldest = min(rows[name]["published_at"].timestamp() for name in found)
    assert oldest * 1000 >= clock.ms - 8 * HOUR_MS


@pytest.mark.parametrize("path", PATHS)
def test_category_filter_applies_to_every_endpoint(live, path, rows):
    assert {rows[name]["category"] for name in items(live, path, category="1", num_recs=20)} == {"1"}


def test_diversity_adds_categories(live, rows):
    kinds = [len({rows[x]["category"] for x in items(live, user_id="3", diversity=dial)}) for dial in (0, 1)]
    assert kinds[0] <= kinds[1] == 7


def test_trending_is_what_is_read_most_now(live, rows, clock):
    last = sorted(set(rows) - set(items(live, "/trending", num_recs=100)) or set(rows))[0]
    body = [{"user_id": f"r{number}", "item_id": last, "region": "2"} for number in range(200)]
    live.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    clock.ms += 1_000
    assert items(live, "/trending")[0] == items(live, "/trending", region="2")[0] == last
    assert items(live, "/trending", region="1")[0] != last
    reasons = [
        live.get("/trending", params=context).json()["items"][0]["reason"]
        for context in ({}, {"region": "2"})
    ]
    assert reasons == ["trending", "near_you"]


def test_similar_items_include_those_read_next_and_not_the_item(live, rows, clock):
    one = items(live, "/trending", num_recs=100)[-1]
    other = items(live, f"/similar/{one}")[3]
    for number in range(30):
        body = [{"user_id": f"one and other {number}", "item_id": item} for item in (one, other)]
        live.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    clock.ms += 1_000
    found = items(live, f"/similar/{one}")
    assert found[0] == other
    assert one not in found


def test_unknown_item_has_no_similar_items(live):
    check(live.get("/similar/unheard-of"), 404)


@pytest.mark.parametrize(
    "query", ["diversity=2", "diversity=nan", "max_age_hours=0", "max_age_hours=inf", "category=" + "x" * 65]
)
def test_filter_out_of_bounds_is_refused(live, query):
    check(live.get(f"/recommendations?{query}"), 422)
