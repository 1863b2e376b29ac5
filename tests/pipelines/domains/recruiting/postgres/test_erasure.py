"""An erased applicant is in no table of the database, after every run and ingestion (LGPD, article 18)."""

from contextlib import closing

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains import load
from pipelines.domains.recruiting.postgres.erasure import erase_applicants
from pipelines.domains.recruiting.postgres.gold import write_gold
from pipelines.stages.collect import collect
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.errors import DownloadError
from script_shared.events.event import FORGET, Event
from script_shared.events.factory import open_log
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from tests.support.data.decision import applicant, application, opening, prospects, write_decision
from tests.support.data.refined_recruiting import SOURCE
from tests.support.processes.postgres import execute
from tests.support.processes.sql import query

pytestmark = [pytest.mark.integration, pytest.mark.tools("initdb")]

TABLES = ("applicants_raw", "prospects_raw", "applicants_feat", "prospects_labels", "gold_applicants")
PLAN = load("recruiting")
RUN = "run-1"


@pytest.fixture
def raw(tmp_path):
    """Applicants 7 and 8 applied to opening 1, applicant 8 to opening 2; opening 3 has no list."""
    folder = tmp_path / "raw"
    folder.mkdir()
    files = {
        "vagas": {"1": opening(), "2": opening("Dev Java"), "3": opening()},
        "prospects": {
            "1": prospects(application("8"), application("7", comentario="secret-7")),
            "2": prospects(application("8")),
            "3": {"titulo": "none", "modalidade": "", "prospects": ""},
        },
        "applicants": {code: applicant(cv_pt=f"secret-{code} " * 9) for code in ("7", "8")},
    }
    return write_decision(folder, **files)


@pytest.fixture
def filled(raw, database):
    """The URL of a database with raw records and a gold table."""
    SOURCE.ingest(raw, database, lambda *_: None)
    features = pl.DataFrame({"codigo_profissional": ["7", "8"], "tem_email": [1, 0]})
    labels = pl.DataFrame({"codigo_vaga": ["1", "1", "2"], "codigo_profissional": ["7", "8", "8"]})
    write_gold(database, features, labels)
    return database


@pytest.fixture
def volume(tmp_path):
    return Volume(tmp_path / "data" / "recruiting")


@pytest.fixture
def request_erasure(volume):
    """Logs what `DELETE /applicants/{code}` logs."""

    def request_erasure(code):
        with closing(open_log("", volume.events)) as log:
            log.append([Event(f"forget-{code}", f"applicant:{code}", "", 1_735_689_600_000, kind=FORGET)])

    return request_erasure


def count_rows(database):
    return {table: query(database, f"SELECT count(*) FROM {table}")[0][0] for table in TABLES}  # noqa: S608


def read_text(database):
    """Return the content of all tables as one text."""
    return str([query(database, f"SELECT t::text FROM {table} t") for table in TABLES])  # noqa: S608


def test_all_tables_forget_an_applicant_and_keep_the_others(filled):
    assert erase_applicants(filled, lambda users: [user for user in users if user == "applicant:7"]) == 1
    assert count_rows(filled) == {
        "applicants_raw": 1, "prospects_raw": 3, "applicants_feat": 1, "prospects_labels": 2,
        "gold_applicants": 2,
    }  # fmt: skip
    assert "secret-7" not in read_text(filled)
    lists = dict(query(filled, "SELECT codigo, payload -> 'prospects' FROM prospects_raw"))
    assert [[entry["codigo"] for entry in lists[code]] for code in ("1", "2")] == [["8"], ["8"]]
    assert lists["3"] == ""


def test_without_an_erased_applicant_no_row_is_written_again(filled):
    versions = "SELECT codigo, xmin::text FROM prospects_raw ORDER BY 1"
    before = query(filled, versions)
    assert erase_applicants(filled, lambda users: []) == 0
    assert query(filled, versions) == before


def test_tables_that_do_not_exist_are_passed_over(database):
    assert erase_applicants(database, lambda users: users) == 0


def test_a_code_with_blanks_or_as_a_number_is_found(filled):
    payload = '{"prospects": [{"codigo": 7}, {"codigo": " 7 "}, {}]}'
    execute(filled, f"UPDATE prospects_raw SET payload = '{payload}' WHERE codigo = '1'")  # noqa: S608
    erase_applicants(filled, lambda users: [user for user in users if user == "applicant:7"])
    [(payload,)] = query(filled, "SELECT payload FROM prospects_raw WHERE codigo = '1'")
    assert payload == {"prospects": [{}]}


def test_a_run_deletes_whom_the_service_was_asked_to_erase(filled, volume, request_erasure):
    request_erasure("7")
    collect(PLAN, volume, RUN, "", filled)
    assert "secret-7" not in read_text(filled)
    assert "secret-8" in read_text(filled)


def test_a_run_from_the_database_has_no_erased_applicant(filled, volume, request_erasure):
    """The download comes first and still has the applicant, the refined tables do not."""
    request_erasure("7")
    download(PLAN, volume, RUN, "decision", filled, 1.0)
    collect(PLAN, volume, RUN, "", filled)
    refine(PLAN, volume, RUN, "decision")
    tables = Tables.read(find_partition(volume.refined, RUN))
    assert "applicant:7" not in {*tables.items["item_id"], *tables.users["user_id"]}
    assert "applicant:7" not in {*tables.interactions["item_id"], *tables.interactions["user_id"]}
    assert "applicant:8" in set(tables.items["item_id"])


def test_an_ingestion_of_the_old_file_does_not_bring_an_erased_applicant_back(
    filled, raw, volume, request_erasure
):
    request_erasure("7")
    collect(PLAN, volume, RUN, "", filled)
    environment = {"DOMAIN": "recruiting", "DATA_ROOT": str(volume.root.parent), "RAW_DATABASE_URL": filled}
    done = CliRunner().invoke(app, ["ingest", str(raw)], env=environment)
    assert done.exit_code == 0, done.output
    assert "1 erased users deleted again" in done.output
    assert "secret-7" not in read_text(filled)


def test_a_run_fails_while_the_database_cannot_be_reached(volume, request_erasure):
    """It may be repeated: until then nothing is said to be erased."""
    request_erasure("7")
    with pytest.raises(DownloadError):
        collect(PLAN, volume, RUN, "", "postgresql://user@127.0.0.1:1/none")


def test_without_erased_applicants_the_database_is_not_used(volume):
    assert collect(PLAN, volume, RUN, "", "postgresql://user@127.0.0.1:1/none")["forgotten"] == 0
