import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats import json_records
from pipelines.formats.json_records import read_json_records
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError
from tests.support.data.fuzzing import fuzz_settings, mutated_bytes

RECORDS = {str(number): {"name": {"first": f"ação {number}"}, "list": [{"n": number}]} for number in range(5)}
TEXT = json.dumps(RECORDS, ensure_ascii=False)


def read(text, encoding="utf-8"):
    """Return key and value of each record of a file with this text."""
    contents = text if isinstance(text, bytes) else text.encode(encoding)
    file = RawFile("records.json", Path("records.json"), lambda: contents)
    records = list(read_json_records(file, ["name", "list"]))
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    return [(record.key, record.value) for record in records]


def keys_of(pairs):
    return [key for key, _ in pairs]


def set_window(monkeypatch, record, block):
    """Set the lengths of the longest record and of a block, so that small files exceed them."""
    monkeypatch.setattr(json_records, "MAX_RECORD_LENGTH", record)
    monkeypatch.setattr(json_records, "_BLOCK", block)
    monkeypatch.setattr(json_records, "_MAX_START_LENGTH", 100)


class TestValidFiles:
    @pytest.mark.parametrize("indent", [None, 1, 4])
    def test_records_are_read_in_order(self, indent):
        assert read(json.dumps(RECORDS, indent=indent)) == list(RECORDS.items())

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_encoding_is_detected(self, encoding):
        assert read(TEXT, encoding) == list(RECORDS.items())

    def test_repeated_keys_are_all_read(self):
        assert read('{"1": {"name": 1}, "1": {"name": 2}}') == [("1", {"name": 1}), ("1", {"name": 2})]

    def test_empty_object_has_no_records(self):
        assert read("{}") == []

    def test_line_breaks_within_texts_are_accepted(self):
        assert read('{"1": {"name": "a\nb\tc"}}') == [("1", {"name": "a\nb\tc"})]

    def test_bytes_in_another_encoding_become_the_marker(self):
        assert read(b'{"1": {"name": "\xc3\xa9\xff"}}') == [("1", {"name": "é\ufdd0"})]

    def test_files_longer_than_the_window_are_read(self, monkeypatch):
        set_window(monkeypatch, record=200, block=7)
        assert read(TEXT) == list(RECORDS.items())


class TestBrokenRecords:
    """The record `1` is broken; all others are read."""

    @pytest.mark.parametrize(
        "broken",
        [
            '{"name": {"first": "a}',
            '{"name": {"first": "a", "list": []}',
            '{"name": {"first": "a"}, "list": [1}',
            '{"name": {"first": "a}, "list": []}',
            '{"name" {"first": "a"}}',
            '{"name": {"first": a}}',
            '{"name": {"first": "\\x"}}',
            '{"name": {"first": ' + "9" * 5_000 + "}}",
            '{"name": ' + "[" * 100_000 + "}",
            "null",
            '"text"',
            "[1, 2]",
            "17",
            "nonsense",
            "",
        ],
    )
    def test_others_are_read(self, broken):
        parts = [f'"{key}": {json.dumps(value) if key != "1" else broken}' for key, value in RECORDS.items()]
        expected = [(key, value if key != "1" else None) for key, value in RECORDS.items()]
        assert read("{" + ", ".join(parts) + "}") == expected

    def test_missing_comma_costs_nothing(self):
        assert read('{"1": {"name": 1} "2": {"name": 2}}') == [("1", {"name": 1}), ("2", {"name": 2})]

    def test_brace_too_many_costs_nothing(self):
        assert read('{"1": {"name": 1}}, "2": {"name": 2}}') == [("1", {"name": 1}), ("2", {"name": 2})]

    def test_two_files_in_one_are_read(self):
        assert read('{"1": {"name": 1}}\n{"2": {"name": 2}}') == [("1", {"name": 1}), ("2", {"name": 2})]

    def test_end_of_a_truncated_file_is_a_broken_record(self):
        for length in range(TEXT.index('"3"') + 4, len(TEXT)):
            pairs = read(TEXT[:length])
            assert pairs[:3] == list(RECORDS.items())[:3]
            assert pairs[-1][1] is None

    def test_text_behind_the_end_is_a_broken_record(self):
        assert read('{"1": {"name": 1}} <html>') == [("1", {"name": 1}), (None, None)]

    def test_record_that_exceeds_the_limit_is_broken(self, monkeypatch):
        set_window(monkeypatch, record=300, block=50)
        long = RECORDS | {"1": {"name": "x" * 2_000}}
        assert read(json.dumps(long)) == [(key, v if key != "1" else None) for key, v in RECORDS.items()]


class TestUnusableFiles:
    @pytest.mark.parametrize(
        ("contents", "problem"),
        [
            (b"", "the file is empty"),
            (b" \n", "the file is empty"),
            (b"[]", "no JSON object"),
            (b"<!doctype html>", "no JSON object"),
            (b"PK\x03\x04", "no JSON object"),
            (b"\xff\xfe\x00\x00{\x00\x00\x00", "no JSON object"),
        ],
    )
    def test_error_names_the_file_and_a_remedy(self, contents, problem):
        with pytest.raises(InputError, match=problem) as caught:
            read(contents)
        assert caught.value.where == "records.json"
        assert caught.value.remedy


@fuzz_settings(200)
@given(data=st.data())
def test_damage_to_one_record_costs_no_other(data):
    """Damage within the text of record `2`, without quotes and braces of others, leaves the others intact."""
    start, end = TEXT.index('"2": {') + len('"2": {'), TEXT.index(', "3": {')
    damaged = data.draw(mutated_bytes(TEXT[start:end].encode()))
    try:
        pairs = dict(read(TEXT[:start].encode() + damaged + TEXT[end:].encode()))
    except InputError:
        pairs = {}
    for key in ("0", "1"):
        assert pairs[key] == RECORDS[key]
    assert {"3", "4"} <= set(pairs)


@fuzz_settings(200)
@given(data=st.data())
def test_any_damage_gives_records_or_an_error(data):
    with suppress(InputError):
        pairs = read(data.draw(mutated_bytes(TEXT.encode())))
        assert all(value is None or isinstance(value, dict) for _, value in pairs)
