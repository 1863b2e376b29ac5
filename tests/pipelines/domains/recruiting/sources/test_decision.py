import json
import zipfile

import polars as pl
import pytest

from pipelines.domains.recruiting.sources import DecisionSource
from pipelines.domains.recruiting.validation.rejection_reasons import REMEDIES
from script_shared.errors import InputError
from tests.support.data.balance import assert_balanced
from tests.support.data.decision import (
    REQUESTED,
    applicant,
    application,
    opening,
    partial,
    prospects,
    write_decision,
)
from tests.support.data.refined_recruiting import (
    NOW,
    day,
    find_applicant,
    find_opening,
    list_applications,
    list_rejected,
)

SOURCE = DecisionSource(clock=NOW)


def refine(folder, **records):
    refinement = SOURCE.refine(write_decision(folder, **records))
    assert_balanced(refinement)
    return refinement


def refine_one(folder, *, of_opening=None, of_applicant=None, of_application=None):
    """Refine one opening, one applicant and one application between them."""
    return refine(
        folder,
        vagas={"1": of_opening or opening()},
        applicants={"7": of_applicant or applicant()},
        prospects={"1": prospects(of_application or application("7"))},
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
            "client": "Morris, Moran and Dodson",
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


class TestOpenings:
    def test_misspelled_and_correct_name_of_the_request_date_are_read(self, tmp_path):
        correct = opening(**{REQUESTED: ""})
        correct["informacoes_basicas"]["data_requi" + "sicao"] = "05-05-2021"
        refinement = refine(tmp_path, vagas={"1": opening(), "2": correct})
        assert find_opening(refinement, "1")["published_at"] == day(2021, 5, 4)
        assert find_opening(refinement, "2")["published_at"] == day(2021, 5, 5)

    def test_first_application_dates_an_opening(self, tmp_path):
        entries = [application("7", data_candidatura="20-05-2021"), application("8")]
        refinement = refine(tmp_path, vagas={"1": opening()}, prospects={"1": prospects(*entries)})
        assert find_opening(refinement, "1")["published_at"] == day(2021, 5, 12)

    def test_equal_activities_and_competencies_count_once(self, tmp_path):
        text = "Experiência  com\nSAP"
        vagas = {"1": opening(principais_atividades=text, competencia_tecnicas_e_comportamentais=text)}
        refinement = refine(tmp_path, vagas=vagas)
        assert find_opening(refinement, "1")["body"] == text
        assert find_opening(refinement, "1")["skills"] is None
        assert refinement.report["openings"]["changed"] == {"skills set to null: equal to body": 1}

    def test_joined_areas_are_separated(self, tmp_path):
        vagas = {"1": opening(areas_atuacao="Administrativa-TI - Projetos-"), "2": opening(areas_atuacao="-")}
        refinement = refine(tmp_path, vagas=vagas)
        assert find_opening(refinement, "1")["areas"] == "Administrativa, TI - Projetos"
        assert find_opening(refinement, "2")["areas"] is None

    def test_sap_area_marks_an_opening_as_sap(self, tmp_path):
        vagas = {
            "1": opening(areas_atuacao="TI - SAP-"),
            "2": opening(vaga_sap="Sim"),
            "3": opening(vaga_sap=""),
        }
        refinement = refine(tmp_path, vagas=vagas)
        assert [find_opening(refinement, code)["is_sap"] for code in "123"] == [True, True, None]

    def test_level_is_read_with_and_without_the_blank(self, tmp_path):
        other = opening(**{"nivel profissional": ""})
        other["perfil_vaga"]["nivel_profissional"] = "pleno"
        refinement = refine(tmp_path, vagas={"1": opening(), "2": other})
        assert [find_opening(refinement, code)["level"] for code in "12"] == ["Sênior", "Pleno"]

    def test_value_without_an_amount_is_null(self, tmp_path):
        values = ["-", "- p/ mês (168h)", "168 - p/ hora", ""]
        refinement = refine(
            tmp_path, vagas={str(n): opening(valor_venda=value) for n, value in enumerate(values)}
        )
        assert [find_opening(refinement, code)["value"] for code in "0123"] == [
            None,
            None,
            "168 - p/ hora",
            None,
        ]

    def test_opening_without_a_record_has_the_title_of_the_applications(self, tmp_path):
        refinement = refine(
            tmp_path, vagas={"1": opening()}, prospects={"2": prospects(title="Dev Java -", contract="CLT")}
        )
        row = find_opening(refinement, "2")
        assert (row["title"], row["contract"], row["body"], row["published_at"]) == (
            "Dev Java",
            "CLT",
            None,
            None,
        )

    def test_title_of_the_applications_fills_a_missing_one(self, tmp_path):
        vagas = {"1": opening(title=""), "2": opening("Dev Java")}
        refinement = refine(
            tmp_path, vagas=vagas, prospects={code: prospects(title="Outro") for code in "12"}
        )
        assert [find_opening(refinement, code)["title"] for code in "12"] == ["Outro", "Dev Java"]


class TestApplicants:
    def test_registration_or_the_first_application_dates_an_applicant(self, tmp_path):
        late = applicant(data_criacao="01-12-2021 10:00:00")
        entries = prospects(application("7"), application("8"))
        refinement = refine(tmp_path, applicants={"7": late, "8": applicant()}, prospects={"1": entries})
        assert find_applicant(refinement, "7")["published_at"] == day(2021, 5, 12)
        assert find_applicant(refinement, "8")["published_at"] == day(2020, 11, 10, 7, 29, 49)

    def test_partial_record_has_no_flags(self, tmp_path):
        record = partial(objetivo_profissional="Analista de Teste", area_atuacao="TI - SAP")
        refinement = refine(tmp_path, applicants={"7": applicant(), "8": record})
        row = find_applicant(refinement, "8")
        assert row["is_complete"] is False
        assert row["title"] == "Analista de Teste"
        assert [value for name, value in row.items() if name.startswith("has_")] == [None] * 6
        assert "1 of 2 applicants are partial records" in " ".join(refinement.warnings)

    @pytest.mark.parametrize(
        ("fields", "flag"),
        [
            ({"email": ""}, "has_email"),
            ({"email": "None"}, "has_email"),
            ({"telefone": "", "telefone_celular": " "}, "has_phone"),
            ({"url_linkedin": "nan"}, "has_linkedin"),
            ({"local": "-"}, "has_location"),
            ({"objetivo_profissional": ""}, "has_objective"),
            ({"email": "a@yahoo.com.br"}, "has_corporate_email"),
        ],
    )
    def test_flags_are_false_for_empty_fields_and_words_for_nothing(self, tmp_path, fields, flag):
        refinement = refine(tmp_path, applicants={"7": applicant(**fields)})
        assert find_applicant(refinement, "7")[flag] is False

    def test_address_of_a_company_is_a_corporate_one(self, tmp_path):
        refinement = refine(tmp_path, applicants={"7": applicant(email="a@empresa.com.br")})
        assert find_applicant(refinement, "7")["has_corporate_email"] is True

    def test_objective_is_the_title_where_there_is_none(self, tmp_path):
        refinement = refine(tmp_path, applicants={"7": applicant(title="")})
        assert find_applicant(refinement, "7")["title"] == "Trabalhar com SAP"

    def test_salaries_are_converted_to_a_month(self, tmp_path):
        texts = ["12k", "80,00/h", "a combinar", ""]
        records = {str(n): applicant(remuneracao=text) for n, text in enumerate(texts)}
        refinement = refine(tmp_path, applicants=records)
        assert [find_applicant(refinement, code)["salary"] for code in "0123"] == [
            12_000,
            80 * 168,
            None,
            None,
        ]
        assert refinement.report["applicants"]["changed"] == {"salary set to null: no amount in R$": 1}

    def test_texts_in_a_wrong_encoding_are_repaired(self, tmp_path):
        record = applicant(cv_pt="experiÃªncia em integraÃ§Ã£o", local="SÃ£o Paulo, SÃ£o Paulo")
        refinement = refine(tmp_path, applicants={"7": record})
        row = find_applicant(refinement, "7")
        assert (row["body"], row["city"]) == ("experiência em integração", "São Paulo")
        assert refinement.report["applicants"]["changed"] == {
            "body read again as UTF-8": 1,
            "location read again as UTF-8": 1,
        }


class TestDates:
    @pytest.mark.parametrize(
        "text", ["00-00-0000", "0000-00-00", "00-00-0000 00:00:00", "31-12-1969", "", "1970-01-01 00:00:00"]
    )
    def test_unknown_dates_are_null_and_not_counted_as_faults(self, tmp_path, text):
        refinement = refine(tmp_path, vagas={"1": opening(**{REQUESTED: text})})
        assert find_opening(refinement, "1")["published_at"] is None
        assert refinement.report["openings"]["changed"] == {}

    @pytest.mark.parametrize("text", ["12-05-2021", "12/05/2021", "2021-05-12", " 12-05-2021 00:00:00"])
    def test_orders_of_day_and_month(self, tmp_path, text):
        refinement = refine_one(tmp_path, of_application=application("7", data_candidatura=text))
        assert list_applications(refinement)[0]["timestamp"] == day(2021, 5, 12)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("00-00-0000", "missing value"),
            ("30-02-2021", "not a time"),
            ("05-13-2021", "not a time"),
            ("ontem", "not a time"),
        ],
    )
    def test_application_without_a_date_is_quarantined(self, tmp_path, text, reason):
        entries = prospects(application("8"), application("7", data_candidatura=text))
        refinement = refine(tmp_path, prospects={"1": entries})
        assert list_rejected(refinement) == [("prospects.json", 1, "timestamp", reason, "1,7")]
        assert len(list_applications(refinement)) == 1

    def test_application_in_the_future_is_quarantined(self, tmp_path):
        entries = prospects(application("8"), application("7", data_candidatura="11-03-2025"))
        refinement = refine(tmp_path, prospects={"1": entries})
        assert list_rejected(refinement) == [("prospects.json", 1, "timestamp", "in the future", "1,7")]

    def test_few_late_applications_are_stragglers(self, tmp_path):
        entries = [application(str(n)) for n in range(40)]
        late = application("99", data_candidatura="01-06-2024")
        refinement = refine(tmp_path, prospects={"1": prospects(*entries, late)})
        assert [row[3:] for row in list_rejected(refinement)] == [("straggler", "1,99")]
        assert refinement.as_of_ms == day(2021, 5, 13).timestamp() * 1_000

    def test_update_before_the_application_is_unknown(self, tmp_path):
        entry = application("7", ultima_atualizacao="11-05-2021")
        refinement = refine_one(tmp_path, of_application=entry)
        assert list_applications(refinement)[0]["updated_at"] is None
        assert refinement.report["applications"]["changed"] == {
            "updated_at set to null: updated before the application": 1
        }

    def test_opening_in_the_future_has_no_date(self, tmp_path):
        refinement = refine(tmp_path, vagas={"1": opening(**{REQUESTED: "01-01-2099"})})
        assert find_opening(refinement, "1")["published_at"] is None
        assert refinement.report["openings"]["changed"] == {"published_at set to null: in the future": 1}


class TestRepetitions:
    def test_application_that_was_updated_last_counts(self, tmp_path):
        entries = [
            application("7", ultima_atualizacao="20-05-2021", situacao_candidado="Contratado pela Decision"),
            application("7", ultima_atualizacao="14-05-2021"),
            application("7", ultima_atualizacao=""),
        ]
        refinement = refine(tmp_path, prospects={"1": prospects(*entries)})
        assert [row["status"] for row in list_applications(refinement)] == ["Contratado pela Decision"]
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
