import zipfile

import polars as pl
import pytest

from pipelines.domains.recruiting.validation.rejection_reasons import REMEDIES
from script_shared.errors import InputError
from tests.support.data.decision import (
    applicant,
    application,
    opening,
    prospects,
    write_decision,
)
from tests.support.data.refined_recruiting import (
    SOURCE,
    day,
    find_applicant,
    find_opening,
    list_applications,
    refine,
    refine_one,
)


class TestTables:
    def test_application_is_one_interaction_in_each_direction(self, tmp_path):
        interactions = refine_one(tmp_path).tables.interactions
        assert interactions.select("user_id", "item_id").rows() == [
            ("applicant:7", "opening:1"),
            ("opening:1", "applicant:7"),
        ]

    def test_application_has_date_status_update_and_recruiter(self, tmp_path):
        assert list_applications(refine_one(tmp_path)) == [
            {
                "opening_id": "opening:1",
                "applicant_id": "applicant:7",
                "timestamp": day(2021, 5, 12),
                "status": "Prospect",
                "updated_at": day(2021, 5, 13),
                "recruiter": "R1",
            }
        ]

    def test_opening_has_all_columns(self, tmp_path):
        row = find_opening(refine_one(tmp_path), "1")
        known = {name: value for name, value in row.items() if value is not None}
        assert known == {
            "opening_id": "opening:1",
            "published_at": day(2021, 5, 12),
            "title": "Analista SAP FI",
            "body": "Implantar módulos e apoiar os usuários.",
            "skills": "Experiência com SAP FI.",
            "areas": "TI - Projetos",
            "location": "Campinas, São Paulo",
            "city": "Campinas",
            "state": "São Paulo",
            "level": "Sênior",
            "degree": "Ensino Superior Completo",
            "english": "Avançado",
            "spanish": "Nenhum",
            "contract": "CLT Full, PJ/Autônomo",
            "client": "Cliente Exemplo",
            "analyst": "A1",
            "priority": "Alta: Alta complexidade 3 a 5 dias",
            "objective": "Contratação",
            "origin": "Nova Posição",
            "is_sap": False,
            "is_for_disabled": False,
            "value": "120,00 -",
        }

    def test_applicant_has_all_columns(self, tmp_path):
        row = find_applicant(refine_one(tmp_path), "7")
        known = {name: value for name, value in row.items() if value is not None}
        assert known == {
            "applicant_id": "applicant:7",
            "published_at": day(2020, 11, 10, 7, 29, 49),
            "title": "Consultor SAP",
            "body": "dez anos de experiência com sap fi e excel avançado.",
            "skills": "SAP FI, Excel",
            "areas": "TI - SAP, Administrativa",
            "location": "Campinas, São Paulo",
            "city": "Campinas",
            "state": "São Paulo",
            "level": "Sênior",
            "degree": "Ensino Superior Completo",
            "english": "Fluente",
            "spanish": "Básico",
            "certificates": "SAP FI",
            "salary": 12_000.0,
            "has_email": True,
            "has_phone": True,
            "has_linkedin": False,
            "has_location": True,
            "has_objective": True,
            "has_corporate_email": False,
            "is_complete": True,
        }

    def test_protected_attributes_are_in_the_users_only(self, tmp_path):
        tables = refine_one(tmp_path).tables
        users = {row["user_id"]: row for row in tables.users.iter_rows(named=True)}
        assert (users["applicant:7"]["sex"], users["applicant:7"]["disability"]) == ("Feminino", "Não")
        assert users["opening:1"]["sex"] is None
        assert not {"sex", "disability"} & {*tables.items.columns, *tables.interactions.columns}

    def test_names_contacts_and_comments_are_in_no_table(self, tmp_path):
        tables = refine_one(tmp_path).tables
        for frame in (tables.interactions, tables.items, tables.users):
            text = frame.write_json()
            for part in ("Não Se Lê", "não se lê", "gmail", "90000-0000", "De: 20"):
                assert part not in text

    def test_data_ends_with_the_newest_day(self, tmp_path):
        assert refine_one(tmp_path).as_of_ms == day(2021, 5, 13).timestamp() * 1_000


class TestFiles:
    def test_files_may_be_in_archives(self, tmp_path):
        plain, packed = tmp_path / "plain", tmp_path / "packed"
        for folder in (plain, packed):
            folder.mkdir()
        write_decision(plain, vagas={"1": opening()}, applicants={"7": applicant()})
        with zipfile.ZipFile(packed / "all.zip", "w") as archive:
            for file in plain.iterdir():
                archive.write(file, f"data/{file.name}")
        assert SOURCE.refine(packed).tables.items.equals(SOURCE.refine(plain).tables.items)
        acquired = tmp_path / "acquired"
        acquired.mkdir()
        SOURCE.acquire(str(packed / "all.zip"), 1, acquired)
        assert SOURCE.refine(acquired).tables.items.equals(SOURCE.refine(plain).tables.items)

    def test_any_file_alone_is_usable(self, tmp_path):
        records = {
            "vagas": {"1": opening()},
            "applicants": {"7": applicant()},
            "prospects": {"1": prospects(application("7"))},
        }
        for name, content in records.items():
            folder = tmp_path / name
            folder.mkdir()
            refinement = refine(folder, **{name: content})
            assert refinement.tables.items.height > 0
            assert sum("there is no " in warning for warning in refinement.warnings) == 2

    def test_warning_says_what_is_missing(self, tmp_path):
        warnings = refine(tmp_path, vagas={"1": opening()}).warnings
        assert warnings == (
            "there is no prospects.json: there are no applications: nothing is learned from the past, texts "
            "alone are compared",
            "there is no applicants.json: applicants have dates only, no text",
        )

    def test_without_applications_the_data_ends_with_the_newest_opening(self, tmp_path):
        refinement = refine(tmp_path, vagas={"1": opening()})
        assert refinement.as_of_ms == day(2021, 5, 5).timestamp() * 1_000
        assert refinement.tables.interactions.is_empty()

    def test_folder_without_any_file_is_refused(self, tmp_path):
        with pytest.raises(
            InputError, match=r"there is none of prospects\.json, vagas\.json, applicants\.json"
        ):
            SOURCE.refine(tmp_path)
        target = tmp_path / "target"
        target.mkdir()
        with pytest.raises(InputError, match="there is none of"):
            SOURCE.acquire(str(tmp_path), 1, target)

    def test_files_without_any_record_are_refused(self, tmp_path):
        with pytest.raises(InputError, match="the files contain no record"):
            refine(tmp_path, vagas={}, applicants={})

    def test_file_of_another_kind_is_refused(self, tmp_path):
        write_decision(tmp_path, vagas={"1": opening()})
        (tmp_path / "applicants.json").write_text("<!doctype html>")
        with pytest.raises(InputError, match="no JSON object of records") as caught:
            SOURCE.refine(tmp_path)
        assert caught.value.where == "applicants.json"

    def test_mostly_broken_file_is_refused(self, tmp_path):
        with pytest.raises(InputError, match="11 of 12 rows are broken") as caught:
            refine(tmp_path, vagas={str(code): opening() if code == 0 else None for code in range(12)})
        assert caught.value.where == "vagas.json, row 2"
        assert caught.value.remedy == REMEDIES["broken record"]


class TestWarnings:
    def test_unknown_statuses_are_kept(self, tmp_path):
        entries = [application(str(n), situacao_candidado="Em férias") for n in range(3)]
        refinement = refine(tmp_path, prospects={"1": prospects(*entries)})
        assert {row["status"] for row in list_applications(refinement)} == {"Em férias"}
        assert (
            "1 unknown statuses are kept as they are, and grade nothing: 'Em férias' (3)"
            in refinement.warnings
        )

    def test_export_cut_at_a_number_of_applications_is_reported(self, tmp_path):
        full = {str(code): prospects(*(application(str(n)) for n in range(25))) for code in range(20)}
        rest = {str(code): prospects(*(application(str(n)) for n in range(24))) for code in range(20, 22)}
        warnings = refine(tmp_path, prospects=full | rest).warnings
        assert any("20 openings have 25 applications and none has more" in warning for warning in warnings)

    def test_codes_that_differ_between_files_are_reported(self, tmp_path):
        entries = prospects(*(application(f"000{n}") for n in range(5)))
        applicants = {str(n): applicant() for n in range(1, 6)}
        warnings = refine(tmp_path, applicants=applicants, prospects={"1": entries}).warnings
        text = (
            "only 0 of the 5 applicants with applications are described; their codes differ by leading zeros"
        )
        assert text in warnings

    def test_report_says_how_many_entities_are_described(self, tmp_path):
        refinement = refine(
            tmp_path,
            vagas={"1": opening(), "3": opening()},
            prospects={"1": prospects(application("7")), "2": prospects(application("8"))},
        )
        assert refinement.report["match"]["openings with applications"] == 2
        assert refinement.report["match"]["share of these openings that are described"] == 0.5
        assert refinement.catalogue["item_id"].sort().to_list() == ["opening:1", "opening:3"]


def test_refined_tables_conform_to_the_schemas(tmp_path):
    tables = refine_one(tmp_path).tables
    assert tables.interactions["timestamp"].is_sorted()
    assert tables.items["item_id"].to_list() == tables.users["user_id"].to_list()
    assert tables.users["interactions"].to_list() == [1, 1]
    assert tables.users.schema["interactions"] == pl.UInt32
