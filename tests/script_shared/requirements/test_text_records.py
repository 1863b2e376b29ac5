"""Texts by id: found, replaced, removed, dumped."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from script_shared.arrays import Bundle
from script_shared.requirements.text_records import SEPARATOR, TextRecords
from tests.support.contracts import contract

TEXTS = st.none() | st.text(st.characters(codec="utf-8"))


def make_records(rows):
    frame = pl.DataFrame(rows, {"id": pl.String, "title": pl.String, "body": pl.String}, orient="row")
    return TextRecords.from_frame(frame, "id", ("title", "body"))


@contract
@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.tuples(TEXTS, TEXTS), max_size=8)
)
def test_every_record_is_found_and_null_is_empty(rows):
    records = make_records([(name, *texts) for name, texts in rows.items()])
    assert len(records) == len(rows)
    for name, texts in rows.items():
        expected = [(text or "").replace(SEPARATOR, " ") for text in texts]
        assert list(records.find(name).values()) == expected


def test_an_unknown_id_has_no_record():
    assert make_records([("a", "x", None)]).find("b") is None


def test_records_are_added_replaced_and_removed():
    records = make_records([("a", "x", "y"), ("b", "z", None)])
    records.update("a", {"title": "new"})
    records.update("c", {"body": "text", "other": "ignored"})
    records.remove("b")
    assert records.find("a") == {"title": "new", "body": "y"}
    assert records.find("c") == {"title": "", "body": "text"}
    assert records.find("b") is None


def test_dumped_records_are_found_and_stay_on_disk(tmp_path):
    make_records([("a", "ação", "y" * 10_000)]).dump().write(tmp_path / "records")
    bundle = Bundle.read(tmp_path / "records")
    assert TextRecords.load(bundle).find("a")["title"] == "ação"
    assert type(bundle.arrays["text"]).__name__ == "memmap"
