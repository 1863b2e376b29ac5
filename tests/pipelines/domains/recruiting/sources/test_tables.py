import polars as pl
import pytest

from pipelines.domains.recruiting.sources import DecisionSource, TablesSource
from script_shared.domains.recruiting.tables import (
    select_applicants,
    select_applications,
    select_openings,
)
from script_shared.errors import InputError
from tests.support.data.balance import assert_balanced
from tests.support.data.decision import applicant, application, opening, prospects, write_decision
from tests.support.data.refined_recruiting import (
    NOW,
    day,
    find_applicant,
    find_opening,
    list_applications,
    list_rejected,
)

SOURCE = TablesSource(clock=NOW)
APPLICATIONS = (
    "opening_id,applicant_id,timestamp,status\n1,7,2021-05-12,Prospect\n1,8,2021-05-12T10:00:00-03:00,\n"
)
OPENINGS = (
    "opening_id,title,city,state,published_at,is_sap\n1,Dev Java,Campinas,SP,2021-05-01,true\n2,QA,,,,\n"
)
APPLICANTS = "applicant_id,title,salary,sex,is_complete\n7,Dev,12k,Feminino,\n8,QA,,,false\n"


def write(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def refine(folder, source=SOURCE, **texts):
    refinement = source.refine(write(folder, **texts))
    assert_balanced(refinement)
    return refinement


class TestColumns:
    def test_codes_become_ids(self, tmp_path):
        refinement = refine(tmp_path, applications=APPLICATIONS, openings=OPENINGS, applicants=APPLICANTS)
        assert [(row["opening_id"], row["applicant_id"]) for row in list_applications(refinement)] == [
            ("opening:1", "applicant:7"),
            ("opening:1", "applicant:8"),
        ]
        assert set(refinement.tables.items["item_id"]) == {
            *("opening:1", "opening:2"),
            *("applicant:7", "applicant:8"),
        }

    def test_times_may_have_a_time_of_day(self, tmp_path):
        rows = list_applications(refine(tmp_path, applications=APPLICATIONS))
        assert [row["timestamp"] for row in rows] == [day(2021, 5, 12), day(2021, 5, 12, 13)]

    def test_values_are_normalised(self, tmp_path):
        refinement = refine(tmp_path, openings=OPENINGS, applicants=APPLICANTS)
        row = find_opening(refinement, "1")
        assert (row["location"], row["state"], row["is_sap"]) == ("Campinas, São Paulo", "São Paulo", True)
        assert find_applicant(refinement, "7")["salary"] == 12_000

    @pytest.mark.parametrize(
        ("location", "city", "state", "refined"),
        [
            ('"Campinas, SP"', "", "", ("Campinas, São Paulo", "Campinas", "São Paulo")),
            ('"Centro, Campinas, SP"', "", "", ("Centro, Campinas, SP", "Campinas", "São Paulo")),
            ("Campinas", "", "", ("Campinas", "Campinas", None)),
            ("", "Campinas", "SP", ("Campinas, São Paulo", "Campinas", "São Paulo")),
            ("Zona Sul", "Recife", "", ("Zona Sul", "Recife", None)),
            ("", "", "", (None, None, None)),
        ],
    )
    def test_places_are_split_or_joined(self, tmp_path, location, city, state, refined):
        text = f"applicant_id,location,city,state\n7,{location},{city},{state}\n"
        row = find_applicant(refine(tmp_path, applicants=text), "7")
        assert (row["location"], row["city"], row["state"]) == refined

    def test_record_is_whole_unless_it_says_otherwise(self, tmp_path):
        refinement = refine(tmp_path, applicants=APPLICANTS)
        assert [find_applicant(refinement, code)["is_complete"] for code in "78"] == [True, False]

    def test_protected_attributes_are_in_the_users(self, tmp_path):
        users = refine(tmp_path, applicants=APPLICANTS).tables.users
        assert users.select("user_id", "sex").rows() == [("applicant:7", "Feminino"), ("applicant:8", None)]

    def test_refined_tables_of_decision_can_be_read_again(self, tmp_path):
        """What one source refines, the other reads as the same tables."""
        raw, own = tmp_path / "raw", tmp_path / "own"
        raw.mkdir()
        own.mkdir()
        write_decision(
            raw,
            vagas={"1": opening(), "2": opening(areas_atuacao="TI - UX-Jurídica-")},
            applicants={"7": applicant(), "8": applicant(remuneracao="80,00/h")},
            prospects={"1": prospects(application("7"), application("8"))},
        )
        tables = DecisionSource(clock=NOW).refine(raw).tables
        users = tables.users.rename({"user_id": "item_id"}).select("item_id", "sex", "disability")
        people = select_applicants(tables).with_columns(item_id="applicant_id")
        frames = {
            "applications": select_applications(tables),
            "openings": select_openings(tables),
            "applicants": people.join(users, on="item_id").drop("item_id"),
        }
        for name, frame in frames.items():
            codes = pl.col("^(opening|applicant)_id$").str.replace("^[a-z]+:", "")
            frame.with_columns(codes).write_parquet(own / f"{name}.parquet")
        again = SOURCE.refine(own).tables
        assert again.interactions.equals(tables.interactions)
        assert again.items.equals(tables.items)
        assert again.users.equals(tables.users)


class TestOptions:
    def test_columns_are_mapped_by_kind_of_file(self, tmp_path):
        source = SOURCE.with_options(
            {"map": {"applications.timestamp": "date", "openings.opening_id": "id", "status": "state"}}
        )
        texts = {
            "applications": "opening_id,applicant_id,date,state\n1,7,2021-05-12,Prospect\n",
            "openings": "id,title\n1,Dev\n",
        }
        refinement = refine(tmp_path, source, **texts)
        assert list_applications(refinement)[0]["status"] == "Prospect"
        assert find_opening(refinement, "1")["title"] == "Dev"

    def test_options_are_read_from_the_folder(self, tmp_path):
        (tmp_path / "manchete.toml").write_text('map = {timestamp = "date"}\nseparator = ";"\n')
        refinement = refine(tmp_path, applications="opening_id;applicant_id;date\n1;7;2021-05-12\n")
        assert len(list_applications(refinement)) == 1

    def test_option_that_names_no_column_is_refused(self, tmp_path):
        with pytest.raises(InputError, match="map names a column 'when' that does not exist"):
            SOURCE.with_options({"map": {"when": "date"}})

    def test_anonymous_users_are_refused(self):
        with pytest.raises(InputError, match="applications have no anonymous users"):
            SOURCE.with_options({"anonymous": ("0",)})

    def test_order_of_day_and_month_that_is_unclear_is_refused(self, tmp_path):
        with pytest.raises(InputError, match="day and month cannot be told apart") as caught:
            refine(tmp_path, applications="opening_id,applicant_id,timestamp\n1,7,03/04/2021\n")
        assert "--time-format" in caught.value.remedy

    def test_detected_options_are_written(self, tmp_path):
        write(tmp_path, applications="opening_id;applicant_id;timestamp\n1;7;31/12/2021\n")
        refinement = SOURCE.refine(tmp_path)
        SOURCE.write_config(refinement, [], tmp_path / "manchete.toml")
        text = (tmp_path / "manchete.toml").read_text()
        assert 'separator = ";"' in text
        assert 'time_format = "day-first"' in text


class TestRejections:
    def test_row_is_quarantined_with_its_codes_only(self, tmp_path):
        applicants = "applicant_id,title,body\n7,Dev,my CV\n,QA,another CV\n"
        refinement = refine(tmp_path, applicants=applicants)
        assert list_rejected(refinement) == [("applicants.csv", 3, "applicant_id", "missing value", "")]

    def test_row_with_too_many_fields_is_quarantined(self, tmp_path):
        refinement = refine(tmp_path, applicants="applicant_id,body\n7,Dev,with a comma\n8,QA\n")
        assert list_rejected(refinement) == [("applicants.csv", 2, None, "too many fields", "7")]

    def test_invalid_values_of_optional_columns_become_null(self, tmp_path):
        text = "opening_id,applicant_id,timestamp,updated_at\n1,7,2021-05-12,soon\n"
        openings = "opening_id,is_sap,published_at\n1,maybe,tomorrow\n"
        refinement = refine(tmp_path, applications=text, openings=openings)
        assert refinement.report["applications"]["changed"] == {"updated_at set to null: not a time": 1}
        assert refinement.report["openings"]["changed"] == {
            "is_sap set to null: not true or false": 1,
            "published_at set to null: not a time": 1,
        }

    def test_missing_required_column_is_named(self, tmp_path):
        with pytest.raises(InputError, match="the column is missing") as caught:
            refine(tmp_path, applications="opening_id,applicant,timestamp\n1,7,2021-05-12\n")
        assert "set --map applicant_id=applicant" in caught.value.remedy


class TestFiles:
    def test_whole_numbers_among_codes_have_no_point(self, tmp_path):
        pl.DataFrame({"applicant_id": [7.0, 8.0]}).write_parquet(tmp_path / "applicants.parquet")
        refinement = refine(tmp_path, applications=APPLICATIONS)
        assert refinement.report["match"]["share of these applicants that are described"] == 1

    def test_any_kind_of_file_alone_is_usable(self, tmp_path):
        for name, text in {
            "applications": APPLICATIONS,
            "openings": OPENINGS,
            "applicants": APPLICANTS,
        }.items():
            folder = tmp_path / name
            folder.mkdir()
            refinement = refine(folder, **{name: text})
            assert sum("there are no" in warning for warning in refinement.warnings) == 2

    def test_folder_without_any_file_is_refused(self, tmp_path):
        with pytest.raises(InputError, match=r"there is no applications\.csv"):
            SOURCE.refine(tmp_path)

    def test_acquired_files_have_the_options_of_their_folder(self, tmp_path):
        origin, target = tmp_path / "origin", tmp_path / "target"
        origin.mkdir()
        target.mkdir()
        write(origin, applications=APPLICATIONS.replace("timestamp", "date"))
        (origin / "manchete.toml").write_text('map = {timestamp = "date"}\n')
        SOURCE.acquire(str(origin), 1, target)
        assert len(list_applications(SOURCE.refine(target))) == 2
