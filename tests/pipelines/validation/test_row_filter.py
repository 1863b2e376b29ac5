import polars as pl
import pytest

from pipelines.formats.raw_table import FILE, ROW
from pipelines.validation.rejection_reasons import RejectionReason
from pipelines.validation.row_filter import RowFilter, concat_quarantines, require_rows
from pipelines.validation.rules import Rule
from script_shared.errors import InputError

ODD = RejectionReason("odd", "write an even number")
IS_ODD = Rule(ODD, "number", pl.col("number") % 2 == 1)


def rows(*numbers):
    count = len(numbers)
    return pl.DataFrame(
        {FILE: ["a.csv"] * count, ROW: range(count), "number": numbers, "text": ["private"] * count},
        schema_overrides={"number": pl.Int64},
    )


def test_rejected_row_is_kept_with_its_place_reason_and_content():
    row_filter = RowFilter()
    assert row_filter.filter_rows(rows(2, 3), [IS_ODD])["number"].to_list() == [2]
    assert row_filter.quarantine.rows() == [("a.csv", 1, "number", "odd", "3,private")]


def test_content_may_be_limited_to_some_columns():
    row_filter = RowFilter(content=("number",))
    row_filter.filter_rows(rows(3), [IS_ODD])
    assert row_filter.quarantine["content"].to_list() == ["3"]


def test_remedies_of_rejected_rows_are_known():
    row_filter = RowFilter()
    row_filter.filter_rows(rows(2), [IS_ODD])
    assert row_filter.remedies == {}
    row_filter.filter_rows(rows(3), [IS_ODD])
    assert row_filter.remedies == {"odd": "write an even number"}


def test_file_of_mostly_rejected_rows_is_refused():
    with pytest.raises(InputError, match="11 of 12 rows are broken") as caught:
        RowFilter().filter_file(rows(2, *[3] * 11), [IS_ODD], "a.csv")
    assert caught.value.remedy == "write an even number"
    assert caught.value.where == "a.csv, row 1, field 'number'"


class TestRequiredRows:
    def test_error_names_the_first_rejected_row(self):
        filters = {"first": RowFilter(), "second": RowFilter()}
        valid = filters["second"].filter_rows(rows(3), [IS_ODD])
        with pytest.raises(InputError, match=r"no row can be used \(1 × odd\)") as caught:
            require_rows(valid, "row", filters)
        assert caught.value.remedy == "write an even number"
        assert concat_quarantines(filters).height == 1

    def test_error_without_rejected_rows_names_the_kinds(self):
        with pytest.raises(InputError, match="the files contain no row") as caught:
            require_rows(rows(), "row", {"first": RowFilter()})
        assert caught.value.where == "first"

    def test_rows_are_enough(self):
        require_rows(rows(2), "row", {})
