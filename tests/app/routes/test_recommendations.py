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


def ids(answer):
    return [item["item_id"] for item in answer["items"]]


def most_active_user(reads):
    return max(reads, key=lambda user: (len(reads[user]), user))


def test_answer_names_the_user_the_segment_the_model_and_the_release(ask, whole):
    answer = ask(user_id="3")
    names = ["user_id", "segment", "model", "release", "variant", "impression_id", "items"]
    assert list(answer) == names
    assert (answer["user_id"], answer["segment"], answer["model"]) == ("3", "logged", "hybrid")
    assert answer["release"] == whole.id


def test_item_has_rank_score_and_catalogue_columns(ask):
    items = ask(user_id="3")["items"]
    assert all(set(item) == ITEM for item in items)
    assert [item["rank"] for item in items] == list(range(1, 11))
    assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)
    assert all(datetime.fromisoformat(item["published_at"]).utcoffset().seconds == 0 for item in items)


def test_default_is_ten_items(ask):
    assert len(ids(ask(user_id="3"))) == 10


@pytest.mark.parametrize("count", [1, 2, 50])
def test_answer_has_the_requested_number_of_items(ask, count):
    assert len(set(ids(ask(user_id="3", num_recs=count)))) == count


def test_equal_requests_have_equal_answers(ask):
    assert ids(ask(user_id="5", num_recs=20)) == ids(ask(user_id="5", num_recs=20))


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
def test_segment_determines_the_model(ask, user, segment):
    models = {"logged": "hybrid", "semi_logged": "clusters", "anonymous": "popularity"}
    answer = ask(**user)
    assert (answer["segment"], answer["model"]) == (segment, models[segment])
    assert len(set(ids(answer))) == 10


@pytest.mark.parametrize(("count", "segment"), [(1, "anonymous"), (2, "semi_logged"), (5, "logged")])
def test_recent_items_count_as_interactions(ask, catalogue, count, segment):
    recent = sorted(catalogue)[:count]
    answer = ask(recent_items=recent)
    assert answer["segment"] == segment
    assert not set(recent) & set(ids(answer))


def test_recent_items_may_be_separated_by_commas(ask, catalogue):
    recent = sorted(catalogue)[:3]
    assert ids(ask(recent_items=",".join(recent))) == ids(ask(recent_items=recent))


def test_unknown_recent_items_are_ignored(ask):
    assert ids(ask(recent_items=["no-such-article", "another"])) == ids(ask())


@pytest.mark.parametrize("user_type", ["Logged", "Non-Logged"])
def test_full_list_has_all_items_that_the_user_has_not_read(ask, reads, catalogue, user_type):
    user = most_active_user(reads)
    found = ids(ask(user_id=user, user_type=user_type, num_recs=100))
    unread = catalogue - reads[user]
    assert len(found) == len(set(found)) == min(100, len(unread))
    assert set(found) <= unread


def test_list_of_a_user_who_has_read_nearly_all_has_the_rest(ask, reads, catalogue):
    user = most_active_user(reads)
    unread = sorted(catalogue - reads[user])
    recent = unread[3:53]
    assert set(ids(ask(user_id=user, recent_items=recent, num_recs=100))) == set(unread) - set(recent)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_list_has_unread_items_without_repeats_and_in_full_number(ask, reads, catalogue, data):
    user = data.draw(st.sampled_from([*sorted(reads)[:20], "nobody"]))
    recent = data.draw(st.lists(st.sampled_from(sorted(catalogue)), max_size=50))
    count = data.draw(st.integers(1, 100))
    found = ids(ask(user_id=user, recent_items=recent, num_recs=count))
    unread = catalogue - reads.get(user, set()) - set(recent)
    assert len(found) == len(set(found)) == min(count, len(unread))
    assert set(found) <= unread


def test_answers_may_not_be_cached(client):
    assert client.get("/recommendations").headers["cache-control"] == "no-store"


def test_reasons_are_documented_and_name_items_that_the_user_has_read(ask, reads):
    seen = set()
    for user, read in sorted(reads.items())[:40]:
        for item in ask(user_id=user, num_recs=20)["items"]:
            name, _, source = item["reason"].partition(":")
            seen.add(name)
            assert name in REASONS
            assert (source in read) == (name == "because_you_read")
    assert {"trending", "because_you_read"} <= seen
    for item in ask(num_recs=20)["items"]:
        assert item["reason"] in {"trending", "new", "catalogue"}
