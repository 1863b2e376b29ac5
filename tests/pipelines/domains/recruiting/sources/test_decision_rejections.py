import json

import pytest

from pipelines.domains.recruiting.validation.rejection_reasons import REMEDIES
from tests.support.data.balance import assert_balanced
from tests.support.data.decision import (
    applicant,
    application,
    opening,
    partial,
    prospects,
    write_decision,
)
from tests.support.data.refined_recruiting import (
    SOURCE,
    day,
    find_applicant,
    find_opening,
    list_applications,
    list_rejected,
    refine,
)


class TestRepetitions:
    def test_first_date_and_last_outcome_count(self, tmp_path):
        hired = application("7", situacao_candidado="Contratado pela Decision", data_candidatura="15-05-2021")
        entries = [
            hired | {"ultima_atualizacao": "20-05-2021"},
            application("7", ultima_atualizacao="14-05-2021"),
            application("7", ultima_atualizacao=""),
        ]
        refinement = refine(tmp_path, prospects={"1": prospects(*entries)})
        [row] = list_applications(refinement)
        assert (row["status"], row["timestamp"]) == ("Contratado pela Decision", day(2021, 5, 12))
        assert assert_balanced(refinement) == {"repeated application": 2}

    def test_equal_applications_count_once(self, tmp_path):
        refinement = refine(tmp_path, prospects={"1": prospects(*[application("7")] * 3)})
        assert assert_balanced(refinement) == {"exact duplicate": 2}

    def test_last_record_of_an_opening_counts(self, tmp_path):
        write_decision(tmp_path, vagas={"1": opening("first"), "2": opening("last")})
        path = tmp_path / "vagas.json"
        path.write_text(path.read_text().replace('"2": {', '"1": {'))
        refinement = SOURCE.refine(tmp_path)
        assert find_opening(refinement, "1")["title"] == "last"
        assert list_rejected(refinement) == [("vagas.json", 1, "opening_id", "repeated record", "1")]

    def test_whole_record_of_an_applicant_counts(self, tmp_path):
        write_decision(tmp_path, applicants={"7": applicant(), "8": partial(local="Recife, PE")})
        path = tmp_path / "applicants.json"
        path.write_text(path.read_text().replace('"8": {', '"7": {'))
        refinement = SOURCE.refine(tmp_path)
        assert find_applicant(refinement, "7")["is_complete"] is True
        assert assert_balanced(refinement) == {"repeated record": 1}


class TestBrokenRecords:
    def test_broken_record_is_quarantined_with_its_key_only(self, tmp_path):
        write_decision(tmp_path, vagas={code: opening() for code in "123"}, applicants={"7": applicant()})
        path = tmp_path / "vagas.json"
        text = path.read_text()
        path.write_text(text.replace('"vaga_sap": "Não",', '"vaga_sap": "Não,', 1))
        refinement = SOURCE.refine(tmp_path)
        assert list_rejected(refinement) == [("vagas.json", 1, None, "broken record", "1")]
        assert set(refinement.tables.items["item_id"]) == {"opening:2", "opening:3", "applicant:7"}
        assert REMEDIES["broken record"]

    def test_truncated_file_loses_its_last_record_only(self, tmp_path):
        write_decision(tmp_path, applicants={str(code): applicant() for code in range(5)})
        path = tmp_path / "applicants.json"
        text = path.read_text()
        path.write_text(text[: text.rindex('"infos_basicas"') + 200])
        refinement = SOURCE.refine(tmp_path)
        assert list_rejected(refinement) == [("applicants.json", 5, None, "broken record", "4")]
        assert refinement.report["applicants"]["kept"] == 4

    @pytest.mark.parametrize("entry", [None, "text", 7, []])
    def test_entry_that_is_no_object_is_quarantined(self, tmp_path, entry):
        refinement = refine(tmp_path, prospects={"1": prospects(application("7"), entry)})
        assert [row[2:] for row in list_rejected(refinement)] == [(None, "broken record", "1,")]
        assert refinement.report["applications"]["kept"] == 1

    def test_list_of_another_type_breaks_the_record(self, tmp_path):
        records = {"1": prospects(application("7")), "2": prospects() | {"prospects": "none"}}
        refinement = refine(tmp_path, prospects=records)
        assert [row[2:] for row in list_rejected(refinement)] == [(None, "broken record", "2")]

    @pytest.mark.parametrize("code", ["", "  ", "null", "x" * 241, "a\nb", {}, None])
    def test_application_of_an_impossible_code_is_quarantined(self, tmp_path, code):
        refinement = refine(tmp_path, prospects={"1": prospects(application("7"), application(code))})
        assert [row[2] for row in list_rejected(refinement)] == ["applicant_id"]

    def test_numbers_are_codes(self, tmp_path):
        entries = prospects(application(7), application(8.0), application(" 9 "))
        applications = list_applications(refine(tmp_path, prospects={"1": entries}))
        assert {row["applicant_id"] for row in applications} == {"applicant:7", "applicant:8", "applicant:9"}

    def test_field_of_another_type_is_null_and_counted(self, tmp_path):
        records = {"7": applicant(cv_pt=["a"], nivel_ingles={"a": 1}), "8": applicant(remuneracao=9_000)}
        refinement = refine(tmp_path, applicants=records)
        assert find_applicant(refinement, "7")["body"] is None
        assert find_applicant(refinement, "8")["salary"] == 9_000
        assert refinement.report["applicants"]["changed"] == {
            "body set to null: not a text": 1,
            "english set to null: not a text": 1,
        }

    def test_section_of_another_type_is_null_and_counted(self, tmp_path):
        refinement = refine(tmp_path, applicants={"7": applicant() | {"formacao_e_idiomas": "superior"}})
        changed = refinement.report["applicants"]["changed"]
        assert changed["degree set to null: not a text"] == 1

    def test_halves_of_characters_are_replaced(self, tmp_path):
        (tmp_path / "applicants.json").write_text(json.dumps({"7": applicant(cv_pt="a\ud83db")}))
        assert find_applicant(SOURCE.refine(tmp_path), "7")["body"] == "a\ufffdb"
