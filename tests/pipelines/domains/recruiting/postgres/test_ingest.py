import json

import psycopg2
import pytest

from pipelines.domains.recruiting.postgres import ingest as ingest_module
from pipelines.domains.recruiting.sources import DecisionSource
from script_shared.errors import DownloadError, InputError
from tests.support.data.decision import applicant, application, opening, prospects, write_decision
from tests.support.data.refined_recruiting import NOW, SOURCE
from tests.support.processes.postgres import execute
from tests.support.processes.sql import query

pytestmark = [pytest.mark.integration, pytest.mark.tools("initdb")]

RECORDS = {
    "vagas": {"1": opening(), "2": opening("Dev Java")},
    "prospects": {"1": prospects(application("7"), application("8"))},
    "applicants": {str(code): applicant(f"título {code}") for code in range(7, 12)},
}


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return write_decision(folder, **RECORDS)


def ingest(folder, database, report_progress=lambda *_: None):
    return SOURCE.ingest(folder, database, report_progress)


def read_codes(database, table="applicants_raw"):
    return [code for (code,) in query(database, f"SELECT codigo FROM {table} ORDER BY 1")]  # noqa: S608


def test_records_are_stored_by_code(raw, database):
    lines = ingest(raw, database)
    assert lines == [
        "prospects_raw: 1 records read, 1 written",
        "vagas_raw: 2 records read, 2 written",
        "applicants_raw: 5 records read, 5 written",
    ]
    for name, records in RECORDS.items():
        assert dict(query(database, f"SELECT codigo, payload FROM {name}_raw")) == records  # noqa: S608


def test_source_reads_the_database_as_the_files(raw, database, tmp_path):
    ingest(raw, database)
    acquired = tmp_path / "acquired"
    acquired.mkdir()
    source = DecisionSource(clock=NOW)
    source.acquire(database, 1, acquired)
    expected, read = source.refine(raw), source.refine(acquired)
    for name in ("interactions", "items", "users"):
        assert getattr(read.tables, name).equals(getattr(expected.tables, name))


def test_repetition_changes_nothing(raw, database):
    ingest(raw, database)
    before = query(database, "SELECT codigo, xmin::text FROM applicants_raw ORDER BY 1")
    assert [line.split(", ")[1] for line in ingest(raw, database)] == ["0 written"] * 3
    assert query(database, "SELECT codigo, xmin::text FROM applicants_raw ORDER BY 1") == before


def test_changed_record_is_replaced(raw, database):
    ingest(raw, database)
    records = RECORDS["applicants"] | {"7": applicant("another title"), "12": applicant()}
    write_decision(raw, applicants=records)
    assert ingest(raw, database)[2] == "applicants_raw: 6 records read, 2 written"
    assert dict(query(database, "SELECT codigo, payload FROM applicants_raw")) == records


def test_interrupted_ingestion_is_resumed(raw, database, monkeypatch):
    monkeypatch.setattr(ingest_module, "BATCH_SIZE", 2)

    def interrupt(table, done, total):
        if (table, done) == ("applicants_raw", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(raw, database, interrupt)
    assert len(read_codes(database)) == 2
    calls = []
    lines = ingest(raw, database, lambda *call: calls.append(call))
    assert lines[2] == "applicants_raw: 5 records read, 3 written, resumed after 2"
    assert [call for call in calls if call[0] == "applicants_raw"] == [
        ("applicants_raw", done, 5) for done in (2, 4, 5)
    ]
    assert read_codes(database) == ["10", "11", "7", "8", "9"]
    assert query(database, "SELECT * FROM ingest_progress") == []


def test_changed_file_is_not_resumed(raw, database, monkeypatch):
    monkeypatch.setattr(ingest_module, "BATCH_SIZE", 2)

    def interrupt(table, done, total):
        if (table, done) == ("applicants_raw", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(raw, database, interrupt)
    write_decision(raw, applicants={"99": applicant(), **RECORDS["applicants"]})
    assert ingest(raw, database)[2] == "applicants_raw: 6 records read, 4 written"


def test_emptied_table_is_filled_again(raw, database, monkeypatch):
    monkeypatch.setattr(ingest_module, "BATCH_SIZE", 2)

    def interrupt(table, done, total):
        if (table, done) == ("applicants_raw", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(raw, database, interrupt)
    execute(database, "TRUNCATE applicants_raw")
    assert ingest(raw, database)[2] == "applicants_raw: 5 records read, 5 written"


def test_broken_records_are_left_out_and_named(raw, database):
    path = raw / "applicants.json"
    text = path.read_text().replace('"8": {', '"8": [{', 1).replace('"7": {', f'"{"7" * 300}": {{', 1)
    path.write_text(text)
    line = ingest(raw, database)[2]
    assert line == f"applicants_raw: 5 records read, 3 written; 2 broken records left out: {'7' * 240}, 8"


def test_last_record_of_a_code_counts(raw, database):
    path = raw / "applicants.json"
    path.write_text(path.read_text().replace('"11": {', '"7": {'))
    ingest(raw, database)
    [(title,)] = query(
        database,
        "SELECT payload->'informacoes_profissionais'->>'titulo_profissional' FROM applicants_raw "
        "WHERE codigo = '7'",
    )
    assert title == "título 11"


def test_characters_that_postgres_cannot_store_are_replaced(tmp_path, database):
    cv = 'zero \x00, "quotes", back\\slash \\u0000, half \ud83d, line\nbreak, \ufdd0, \U0001f600'
    (tmp_path / "applicants.json").write_text(json.dumps({"7": applicant(cv_pt=cv)}))
    ingest(tmp_path, database)
    [(stored,)] = query(database, "SELECT payload->>'cv_pt' FROM applicants_raw")
    assert stored == cv.replace("\x00", "").replace("\ud83d", "\ufffd")


def test_second_process_is_refused(raw, database):
    connection = psycopg2.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (ingest_module._to_key("vagas_raw"),))
    with pytest.raises(InputError, match="another process writes to vagas_raw"):
        ingest(raw, database)
    connection.close()
    ingest(raw, database)


class TestErrors:
    def test_database_without_the_tables(self, database, tmp_path):
        with pytest.raises(InputError, match="the database has none of prospects_raw") as caught:
            SOURCE.acquire(database, 1, tmp_path)
        assert "ingest" in caught.value.remedy

    def test_one_table_is_enough(self, database, tmp_path):
        folder = tmp_path / "raw"
        folder.mkdir()
        ingest(write_decision(folder, vagas=RECORDS["vagas"]), database)
        execute(database, "DROP TABLE IF EXISTS applicants_raw")
        acquired = tmp_path / "acquired"
        acquired.mkdir()
        SOURCE.acquire(database, 1, acquired)
        assert [path.name for path in acquired.iterdir()] == ["vagas.json"]

    def test_password_is_in_no_message(self, raw, database):
        wrong = database.replace("manchete:", "manchete:secret")
        with pytest.raises(DownloadError, match="cannot be used now") as caught:
            ingest(raw, wrong)
        assert "secret" not in str(caught.value)

    def test_database_that_does_not_answer(self, raw):
        with pytest.raises(DownloadError) as caught:
            ingest(raw, "postgresql://user:secret@127.0.0.1:1/nowhere")
        assert caught.value.where == "127.0.0.1/nowhere"
        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("url", ["", "mysql://host/name", "host=localhost password=secret"])
    def test_other_urls_are_refused(self, raw, url):
        with pytest.raises(InputError, match="no URL of Postgres") as caught:
            ingest(raw, url)
        assert "secret" not in str(caught.value)

    def test_user_without_rights(self, raw, database):
        execute(
            database,
            "DROP ROLE IF EXISTS reader",
            "CREATE ROLE reader LOGIN PASSWORD 'secret'",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        )
        server = database.rpartition("@")[2]
        with pytest.raises(InputError, match="the database refuses a statement") as caught:
            ingest(raw, f"postgresql://reader:secret@{server}")
        assert "rights" in caught.value.remedy
