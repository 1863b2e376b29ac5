import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.news import NEWS_API
from app.fast_path.query_parser import QueryParser
from script_shared.types import Request

PLAIN = QueryParser(NEWS_API)


def read(query):
    return asyncio.run(PLAIN.read(query.encode()))


@pytest.mark.parametrize(
    ("query", "request_"),
    [
        ("", Request(None)),
        ("user_id=", Request(None)),
        ("user_id=a%20b%C3%A7&num_recs=7", Request("a bç", 7)),
        ("region=20&device=3", Request(None, context={"region": "20", "device": "3"})),
        ("region=&user_type=Logged", Request(None, user_type="Logged")),
    ],
)
def test_a_plain_request_by_hand(query, request_):
    assert read(query) == request_


@pytest.mark.parametrize(
    "query",
    [
        "num_recs=0",
        "num_recs=101",
        "num_recs=x",
        "num_recs=",
        "user_id=" + "x" * 257,
        "user_id=a%00b",
        "user_type=Neither",
        "user_id=1&user_id=2",
        "user_id=1&exclude=2",
        "user_id=1&explain=true",
        "region=" + "x" * 65,
    ],
)
def test_whatever_else_is_left_to_fastapi(query):
    assert read(query) is None


@given(st.text(max_size=40))
def test_no_query_string_is_a_fault(text):
    asyncio.run(PLAIN.read(text.encode("utf-8", "replace")))


@pytest.mark.parametrize(
    "query", ["user_id=3", "user_id=3&num_recs=7&region=1", "device=2", "user_type=Logged"]
)
def test_both_ways_give_the_same_answer(client, query):
    """FastAPI reads what holds an empty list of unwanted items as well."""
    plain, other = (client.get(f"/recommendations?{query}{more}").json() for more in ("", "&exclude="))
    assert plain == other
