import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS, OPENINGS, OPTIONAL, REQUIRED
from pipelines.domains.recruiting.sources import DecisionSource, TablesSource
from tests.support.data.decision import applicant, application, opening, partial, prospects
from tests.support.data.fuzzing import (
    FileFormat,
    check_loader,
    damaged_files,
    edited_files,
    edited_json,
    fuzz_settings,
    mutated_bytes,
    pack,
    render_files,
)
from tests.support.data.parquet_fuzzing import typed, write_parquet
from tests.support.data.refined_recruiting import NOW

DECISION, TABLES = DecisionSource(clock=NOW), TablesSource(clock=NOW)
RECORDS = {
    "vagas": {str(code): opening(f"título {code}") for code in range(4)},
    "prospects": {
        str(code): prospects(
            *(application(str(n), data_candidatura=f"1{n % 2}-05-2021") for n in range(code))
        )
        for code in range(5)
    },
    "applicants": {"0": applicant(), "1": partial(area_atuacao="TI - SAP"), "2": applicant(cv_pt="")},
}


def render(records):
    """Return the files of the source `decision` as bytes."""
    return {f"{name}.json": json.dumps(part, indent=1).encode() for name, part in records.items()}


VALUES = {
    "opening_id": ["1", "2", "3"],
    "applicant_id": ["7", "8", "9"],
    "timestamp": ["2021-05-12", "2021-05-13T10:00:00Z", "2021-05-14"],
    "updated_at": ["2021-05-20", "", "2021-05-21"],
    "published_at": ["2021-05-01", "2021-05-02T03:04:05-03:00", ""],
    "salary": ["R$ 12.000,00", "80,00/h", ""],
    "is_sap": ["true", "false", ""],
    "is_complete": ["true", "false", ""],
    "areas": ["TI - SAP, Administrativa", "", "TI - UX"],
}


def table(kind):
    """Return header and three rows of a kind of table."""
    header = [*REQUIRED[kind], *OPTIONAL[kind]]
    default = ["true"] * 3
    columns = [
        VALUES.get(name, default if name.startswith(("is_", "has_")) else [f"{name} {n}" for n in range(3)])
        for name in header
    ]
    return header, [list(row) for row in zip(*columns, strict=True)]


FORM = FileFormat(TABLES, {f"{kind}.csv": table(kind) for kind in (APPLICATIONS, OPENINGS, APPLICANTS)})
PARQUET = {path.replace("csv", "parquet"): write_parquet(*content) for path, content in FORM.files.items()}


class TestDecision:
    def test_valid_files_are_read(self):
        for files in (render(RECORDS), {"all.zip": pack(render(RECORDS))}):
            refinement = check_loader(DECISION, files, "recruiting")
            assert refinement.quarantine.is_empty()
            assert refinement.report["applications"]["kept"] == 10

    @fuzz_settings(60)
    @given(data=st.data())
    def test_odd_values_do_not_crash(self, data):
        check_loader(DECISION, render(data.draw(edited_json(RECORDS))), "recruiting")

    @fuzz_settings(60)
    @given(data=st.data())
    def test_damaged_files_do_not_crash(self, data):
        check_loader(DECISION, data.draw(damaged_files(render(RECORDS))), "recruiting")

    @fuzz_settings(30)
    @given(data=st.data())
    def test_damaged_archives_do_not_crash(self, data):
        files = {"all.zip": data.draw(mutated_bytes(pack(render(RECORDS))))}
        check_loader(DECISION, files, "recruiting")

    @fuzz_settings(40)
    @given(data=st.data())
    def test_odd_values_of_one_record_cost_no_other(self, data):
        """Whatever the record `1` of each file contains, the others are refined."""
        edited = {
            name: part | {"1": data.draw(edited_json({"1": part["1"]})).get("1")}
            for name, part in RECORDS.items()
        }
        refinement = check_loader(DECISION, render(edited), "recruiting")
        assert {"opening:0", "opening:2", "opening:3", "applicant:0", "applicant:2"} <= set(
            refinement.tables.items["item_id"]
        )


class TestTables:
    @pytest.mark.parametrize("files", [render_files(FORM), PARQUET], ids=["csv", "parquet"])
    def test_valid_files_are_read(self, files):
        refinement = check_loader(TABLES, files, "recruiting")
        assert refinement.quarantine.is_empty()
        assert refinement.report["applications"]["kept"] == 3

    @fuzz_settings(40)
    @given(data=st.data())
    def test_odd_values_and_dialects_do_not_crash(self, data):
        check_loader(TABLES, data.draw(edited_files(FORM)), "recruiting")

    @fuzz_settings(40)
    @given(data=st.data())
    def test_damaged_files_do_not_crash(self, data):
        files = data.draw(st.sampled_from([render_files(FORM), PARQUET]))
        check_loader(TABLES, data.draw(damaged_files(files)), "recruiting")

    @fuzz_settings(60)
    @given(
        applications=typed(["opening_id", "applicant_id", "timestamp", "status", "updated_at"]),
        applicants=typed(["applicant_id", "published_at", "salary", "is_complete", "body"]),
    )
    def test_parquet_of_any_types_does_not_crash(self, applications, applicants):
        files = {"applications.parquet": applications, "applicants.parquet": applicants}
        check_loader(TABLES, files, "recruiting")
