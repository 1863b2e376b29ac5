"""`GET /recommendations`: who gets what."""

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


def most_read_by(reads):
    return max(reads, key=lambda user: (len(reads[user]), user))


def test_an_answer_names_the_reader_the_segment_the_model_and_the_release(ask, whole):
    answer = ask(user_id="3")
    names = ["user_id", "segment", "model", "release", "variant", "impression_id", "items"]
    assert list(answer) == names
    assert (answer["user_id"], answer["segment"], answer["model"]) == ("3", "logged", "hybrid")
    assert answer["release"] == whole.id


def test_an_item_has_everything_that_a_list_on_a_page_needs(ask):
    items = ask(user_id="3")["items"]
    assert all(set(item) == ITEM for item in items)
    assert [item["rank"] for item in items] == list(range(1, 11))
    assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)
    assert all(datetime.fromisoformat(item["published_at"]).utcoffset().seconds == 0 for item in items)


def test_ten_items_unless_told_otherwise(ask):
    assert len(ids(ask(user_id="3"))) == 10


@pytest.mark.parametrize("count", [1, 2, 50])
def test_as_many_items_as_are_asked_for(ask, count):
    assert len(set(ids(ask(user_id="3", num_recs=count)))) == count


def test_the_same_question_has_the_same_answer(ask):
    assert ids(ask(user_id="5", num_recs=20)) == ids(ask(user_id="5", num_recs=20))


@pytest.mark.parametrize(
    ("reader", "segment"),
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
def test_each_reader_is_answered_by_the_model_of_the_segment(ask, reader, segment):
    models = {"logged": "hybrid", "semi_logged": "clusters", "anonymous": "popularity"}
    answer = ask(**reader)
    assert (answer["segment"], answer["model"]) == (segment, models[segment])
    assert len(set(ids(answer))) == 10


@pytest.mark.parametrize(("reads_told", "segment"), [(1, "anonymous"), (2, "semi_logged"), (5, "logged")])
def test_reads_told_with_the_request_count_as_reads(ask, catalogue, reads_told, segment):
    told = sorted(catalogue)[:reads_told]
    answer = ask(recent_items=told)
    assert answer["segment"] == segment
    assert not set(told) & set(ids(answer))


def test_recent_items_may_be_separated_by_commas(ask, catalogue):
    told = sorted(catalogue)[:3]
    assert ids(ask(recent_items=",".join(told))) == ids(ask(recent_items=told))


def test_unknown_recent_items_are_ignored(ask):
    assert ids(ask(recent_items=["no-such-article", "another"])) == ids(ask())


@pytest.mark.parametrize("user_type", ["Logged", "Non-Logged"])
def test_a_full_list_holds_all_that_the_reader_has_not_read(ask, reads, catalogue, user_type):
    reader = most_read_by(reads)
    found = ids(ask(user_id=reader, user_type=user_type, num_recs=100))
    unread = catalogue - reads[reader]
    assert len(found) == len(set(found)) == min(100, len(unread))
    assert set(found) <= unread


def test_when_everything_but_a_few_was_read_only_those_are_left(ask, reads, catalogue):
    reader = most_read_by(reads)
    unread = sorted(catalogue - reads[reader])
    told = unread[3:53]
    assert set(ids(ask(user_id=reader, recent_items=told, num_recs=100))) == set(unread) - set(told)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_never_read_never_twice_always_as_many_as_there_are(ask, reads, catalogue, data):
    reader = data.draw(st.sampled_from([*sorted(reads)[:20], "nobody"]))
    told = data.draw(st.lists(st.sampled_from(sorted(catalogue)), max_size=50))
    count = data.draw(st.integers(1, 100))
    found = ids(ask(user_id=reader, recent_items=told, num_recs=count))
    unread = catalogue - reads.get(reader, set()) - set(told)
    assert len(found) == len(set(found)) == min(count, len(unread))
    assert set(found) <= unread


def test_no_answer_may_be_kept_by_a_proxy(client):
    assert client.get("/recommendations").headers["cache-control"] == "no-store"


def test_every_reason_is_documented_and_names_the_reader_s_own_reads(ask, reads):
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
