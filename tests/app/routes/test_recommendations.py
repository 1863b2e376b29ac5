"""`GET /recommendations`: items, order, segment and reasons."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REASONS = {
    "trending",
    "because_you_read",
    "readers_like_you",
    "near_you",
    "new",
    "your_sections",
    "catalogue",
}
ITEM = {"item_id", "rank", "score", "title", "url", "published_at", "category", "reason"}


def get_item_ids(result):
    return [item["item_id"] for item in result["items"]]


def find_most_active_user(histories):
    return max(histories, key=lambda user: (len(histories[user]), user))


def test_response_names_the_user_the_segment_the_model_and_the_release(recommend, release):
    result = recommend(user_id="3")
    names = ["user_id", "segment", "model", "release", "variant", "impression_id", "items"]
    assert list(result) == names
    assert (result["user_id"], result["segment"], result["model"]) == ("3", "logged", "hybrid")
    assert result["release"] == release.id


def test_item_has_rank_score_and_catalogue_columns(recommend):
    items = recommend(user_id="3")["items"]
    assert all(set(item) == ITEM for item in items)
    assert [item["rank"] for item in items] == list(range(1, 11))
    assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)
    assert all(datetime.fromisoformat(item["published_at"]).utcoffset().seconds == 0 for item in items)


def test_default_is_ten_items(recommend):
    assert len(get_item_ids(recommend(user_id="3"))) == 10


@pytest.mark.parametrize("count", [1, 2, 50])
def test_response_has_the_requested_number_of_items(recommend, count):
    assert len(set(get_item_ids(recommend(user_id="3", num_recs=count)))) == count


def test_equal_requests_have_equal_responses(recommend):
    assert get_item_ids(recommend(user_id="5", num_recs=20)) == get_item_ids(
        recommend(user_id="5", num_recs=20)
    )


@pytest.mark.parametrize(
    ("user", "segment"),
    [
        ({"user_id": "3"}, "logged"),
        ({"user_id": "3", "user_type": "Non-Logged"}, "semi_logged"),
        ({"user_id": "nobody"}, "anonymous"),
        ({"user_id": "nobody", "user_type": "Logged"}, "logged"),
        ({"user_type": "Non-Logged"}, "anonymous"),
        ({"region": "1", "device": "1"}, "anonymous"),
        ({"region": "nowhere", "device": "none"}, "anonymous"),
        ({"user_id": ""}, "anonymous"),
        ({}, "anonymous"),
    ],
)
def test_segment_determines_the_model(recommend, user, segment):
    models = {"logged": "hybrid", "semi_logged": "clusters", "anonymous": "popularity"}
    result = recommend(**user)
    assert (result["segment"], result["model"]) == (segment, models[segment])
    assert len(set(get_item_ids(result))) == 10


@pytest.mark.parametrize(("count", "segment"), [(1, "anonymous"), (2, "semi_logged"), (5, "logged")])
def test_recent_items_count_as_interactions(recommend, catalogue, count, segment):
    recent = sorted(catalogue)[:count]
    result = recommend(recent_items=recent)
    assert result["segment"] == segment
    assert not set(recent) & set(get_item_ids(result))


def test_recent_items_may_be_separated_by_commas(recommend, catalogue):
    recent = sorted(catalogue)[:3]
    assert get_item_ids(recommend(recent_items=",".join(recent))) == get_item_ids(
        recommend(recent_items=recent)
    )


def test_unknown_recent_items_are_ignored(recommend):
    assert get_item_ids(recommend(recent_items=["no-such-article", "another"])) == get_item_ids(recommend())


@pytest.mark.parametrize("user_type", ["Logged", "Non-Logged"])
def test_full_list_has_all_items_without_an_interaction_of_the_user(
    recommend, histories, catalogue, user_type
):
    user = find_most_active_user(histories)
    listed = get_item_ids(recommend(user_id=user, user_type=user_type, num_recs=100))
    unseen = catalogue - histories[user]
    assert len(listed) == len(set(listed)) == min(100, len(unseen))
    assert set(listed) <= unseen


def test_recent_items_are_not_in_the_full_list(recommend, histories, catalogue):
    user = find_most_active_user(histories)
    unseen = sorted(catalogue - histories[user])
    recent = unseen[3:53]
    assert set(get_item_ids(recommend(user_id=user, recent_items=recent, num_recs=100))) == set(unseen) - set(
        recent
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_list_has_the_requested_number_of_distinct_unseen_items(recommend, histories, catalogue, data):
    user = data.draw(st.sampled_from([*sorted(histories)[:20], "nobody"]))
    recent = data.draw(st.lists(st.sampled_from(sorted(catalogue)), max_size=50))
    count = data.draw(st.integers(1, 100))
    listed = get_item_ids(recommend(user_id=user, recent_items=recent, num_recs=count))
    unseen = catalogue - histories.get(user, set()) - set(recent)
    assert len(listed) == len(set(listed)) == min(count, len(unseen))
    assert set(listed) <= unseen


def test_responses_may_not_be_cached(shared_client):
    assert shared_client.get("/recommendations").headers["cache-control"] == "no-store"


def test_reasons_are_documented_and_name_items_of_the_history(recommend, histories):
    names = set()
    for user, history in sorted(histories.items())[:40]:
        for item in recommend(user_id=user, num_recs=20)["items"]:
            name, _, source = item["reason"].partition(":")
            names.add(name)
            assert name in REASONS
            assert (source in history) == (name == "because_you_read")
    assert {"trending", "because_you_read"} <= names
    for item in recommend(num_recs=20)["items"]:
        assert item["reason"] in {"trending", "new", "catalogue"}
