import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domains.news.api import NEWS_API
from app.fast_path.query_parser import QueryParser
from script_shared.types import Request

PARSER = QueryParser(NEWS_API)


def parse(query):
    return asyncio.run(PARSER.parse(query.encode("utf-8", "replace")))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Request(None)),
        ("user_id=", Request(None)),
        ("user_id=a%20b%C3%A7&num_recs=7", Request("a bç", 7)),
        ("region=20&device=3", Request(None, context={"region": "20", "device": "3"})),
        ("region=&user_type=Logged", Request(None, user_type="Logged")),
    ],
)
def test_parser_parses_simple_queries(query, expected):
    assert parse(query) == expected


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
def test_parser_leaves_other_queries_to_fastapi(query):
    assert parse(query) is None


@given(st.text(max_size=40))
def test_parser_never_raises_an_error(text):
    parse(text)
