"""Filters, `GET /trending` and `GET /similar/{item_id}`."""

import pyarrow.parquet as pq
import pytest

from tests.app.middleware.test_problems import check_problem
from tests.support.processes.api_client import EVENTS_KEY

HOUR_MS = 3_600_000
PATHS = ("/recommendations", "/trending", "/similar/100")


@pytest.fixture
def rows(release):
    return {
        row["item_id"]: row for row in pq.ParquetFile(release.path("catalogue.parquet")).read().to_pylist()
    }


def get_items(client, path="/recommendations", **params):
    response = client.get(path, params=params)
    assert response.status_code == 200, response.text
    return [item["item_id"] for item in response.json()["items"]]


@pytest.mark.parametrize("user", ["3", "5", "nobody"])
@pytest.mark.parametrize("category", ["0", "4"])
def test_category_filter_returns_all_items_of_the_category_and_no_others(
    client, rows, user, category, histories
):
    expected = {name for name, row in rows.items() if row["category"] == category}
    listed = get_items(client, user_id=user, category=category, num_recs=100)
    assert set(listed) == expected - histories.get(user, set())
    assert get_items(client, user_id=user, category=category, num_recs=5) == listed[:5]


def test_category_filter_keeps_the_order_of_the_unfiltered_list(client, rows):
    listed = get_items(client, user_id="3", num_recs=100)
    category = rows[listed[0]]["category"]
    same_category = [
        name for name in get_items(client, user_id="3", num_recs=100) if rows[name]["category"] == category
    ]
    assert get_items(client, user_id="3", category=category, num_recs=3) == same_category[:3]


def test_unknown_category_has_no_items(client):
    assert get_items(client, category="unheard of") == []


@pytest.mark.parametrize("path", PATHS)
def test_excluded_items_are_replaced_by_others(client, path):
    first = get_items(client, path, num_recs=5)
    listed = get_items(client, path, num_recs=5, exclude=",".join([*first[:3], "unheard of"]))
    assert len(listed) == 5
    assert not set(first[:3]) & set(listed)


@pytest.mark.parametrize("path", PATHS)
def test_max_age_removes_older_items(client, path, rows, clock):
    listed = get_items(client, path, max_age_hours=8, num_recs=100)
    assert listed
    oldest = min(rows[name]["published_at"].timestamp() for name in listed)
    assert oldest * 1000 >= clock.ms - 8 * HOUR_MS


@pytest.mark.parametrize("path", PATHS)
def test_category_filter_applies_to_every_endpoint(client, path, rows):
    assert {rows[name]["category"] for name in get_items(client, path, category="1", num_recs=20)} == {"1"}


def test_diversity_adds_categories(client, rows):
    counts = [
        len({rows[x]["category"] for x in get_items(client, user_id="3", diversity=diversity)})
        for diversity in (0, 1)
    ]
    assert counts[0] <= counts[1] == 7


def test_trending_starts_with_the_most_popular_item(client, rows, clock):
    last = sorted(set(rows) - set(get_items(client, "/trending", num_recs=100)) or set(rows))[0]
    body = [{"user_id": f"r{number}", "item_id": last, "region": "2"} for number in range(200)]
    client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    clock.ms += 1_000
    assert get_items(client, "/trending")[0] == get_items(client, "/trending", region="2")[0] == last
    assert get_items(client, "/trending", region="1")[0] != last
    reasons = [
        client.get("/trending", params=context).json()["items"][0]["reason"]
        for context in ({}, {"region": "2"})
    ]
    assert reasons == ["trending", "near_you"]


def test_similar_items_start_with_the_item_that_is_clicked_next(client, rows, clock):
    item = get_items(client, "/trending", num_recs=100)[-1]
    clicked_next = get_items(client, f"/similar/{item}")[3]
    for number in range(30):
        body = [
            {"user_id": f"one and other {number}", "item_id": item_id} for item_id in (item, clicked_next)
        ]
        client.post("/events", json=body, headers={"X-API-Key": EVENTS_KEY})
    clock.ms += 1_000
    listed = get_items(client, f"/similar/{item}")
    assert listed[0] == clicked_next
    assert item not in listed


def test_unknown_item_has_no_similar_items(client):
    check_problem(client.get("/similar/unheard-of"), 404)


@pytest.mark.parametrize(
    "query", ["diversity=2", "diversity=nan", "max_age_hours=0", "max_age_hours=inf", "category=" + "x" * 65]
)
def test_filter_out_of_bounds_is_refused(client, query):
    check_problem(client.get(f"/recommendations?{query}"), 422)
