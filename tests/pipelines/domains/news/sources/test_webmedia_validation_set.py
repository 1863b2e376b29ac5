import polars as pl
import pytest

from pipelines.domains.news.sources.synthetic import SyntheticSource
from pipelines.domains.news.sources.webmedia import read_validation_set
from script_shared.errors import InputError

HEADER = "userId,userType,history,timestampHistory\n"


def write(folder, text):
    (folder / "validacao.csv").write_text(HEADER + text, encoding="utf-8")


def test_printed_arrays_become_reads_in_order(tmp_path):
    write(
        tmp_path,
        "a,Logged,\"['p1' 'p2'\n 'p3']\",[1660532400000 1660533000000 1660533000001]\n"
        "b,Non-Logged,['p4'],[1660532400000]\n",
    )
    validation = read_validation_set(tmp_path)
    assert validation.reads.select("user_id", "user_type", "item_id", "place").rows() == [
        ("a", "Logged", "p1", 1),
        ("a", "Logged", "p2", 2),
        ("a", "Logged", "p3", 3),
        ("b", "Non-Logged", "p4", 1),
    ]
    times = [1660532400000, 1660533000000, 1660533000001, 1660532400000]
    assert validation.reads["timestamp"].to_physical().to_list() == times
    assert validation.reads.schema["timestamp"] == pl.Datetime("ms", "UTC")


def test_invalid_rows_are_quarantined_with_file_row_and_field(tmp_path):
    write(
        tmp_path,
        "a,Logged,['p1' 'p2'],[1660532400000]\nb,Logged,['p1'],[soon]\n,Logged,['p1'],[1660532400000]\n"
        "d,Logged,['p1'],[1660532400000]\n",
    )
    validation = read_validation_set(tmp_path)
    assert validation.reads["user_id"].to_list() == ["d"]
    assert validation.quarantine.select("file", "row", "field", "reason").rows() == [
        ("validacao.csv", 2, "timestampHistory", "lists of unequal length"),
        ("validacao.csv", 4, "userId", "missing value"),
        ("validacao.csv", 3, "timestampHistory", "not a number"),
    ]
    assert validation.report["readers"] == {
        "read": 4,
        "kept": 2,
        "rejected": {"lists of unequal length": 1, "missing value": 1},
    }


def test_generated_validation_set_is_valid(tmp_path):
    SyntheticSource().acquire("", 0.001, tmp_path)
    validation = read_validation_set(tmp_path)
    assert validation.quarantine.is_empty()
    assert validation.reads["place"].max() == 5
    assert validation.reads["user_id"].n_unique() == validation.report["readers"]["read"] == 112


def test_missing_file_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"there is no validacao\.csv"):
        read_validation_set(tmp_path)
