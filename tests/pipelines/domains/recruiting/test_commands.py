"""`inspect` and `ingest` with the domain recruiting."""

import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from tests.support.data.decision import applicant, application, opening, prospects, write_decision
from tests.support.processes.postgres import postgres_url


def run(*arguments, **environment):
    """Return the exit code of a command, and its output or error."""
    environment = {"COLUMNS": "300", "DOMAIN": "recruiting", **environment}
    done = CliRunner().invoke(app, [*map(str, arguments)], env=environment)
    return done.exit_code, done.output or str(done.exception)


@pytest.fixture
def raw(tmp_path, monkeypatch):
    """A folder with small files of all three kinds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
    folder = tmp_path / "raw"
    folder.mkdir()
    return write_decision(
        folder,
        vagas={str(code): opening() for code in range(3)},
        prospects={"0": prospects(application("7"), application("8", data_candidatura="ontem"))},
        applicants={"7": applicant()},
    )


class TestInspect:
    def test_files_columns_and_rejected_rows_are_listed(self, raw):
        code, text = run("inspect", raw)
        assert code == 0, text
        for expected in (
            "read as decision",
            "JSON, 3 records",
            "perfil_vaga.nivel profissional",
            "prospects.comentario",
            "2 read, 1 rejected",
            "not a time",
            "prospects.json, row 1, timestamp: 0,8",
            "write times, from 1973 on",
            "share of these openings that are described",
            "usable: 2 interactions by 4 users, 4 items, 100% of the interacted items are in the catalogue, "
            "1 rows quarantined",
        ):
            assert expected in text, expected
        assert "midnight" not in text
        assert "Não Se Lê" not in text

    @pytest.mark.parametrize("name", ["vagas", "applicants"])
    def test_files_without_applications_are_usable(self, raw, name):
        for file in raw.iterdir():
            if file.stem != name:
                file.unlink()
        code, text = run("inspect", raw)
        assert code == 0, text
        assert "there is no prospects.json" in text
        assert "usable: 0 interactions" in text
        assert "interactions.status" in text
        assert "hires cannot be predicted" in text

    def test_single_file_is_usable(self, raw):
        code, text = run("inspect", raw / "prospects.json")
        assert code == 0, text
        assert "no catalogue" in text

    def test_own_tables_are_recognised(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "applications.csv").write_text(
            "opening_id,applicant_id,timestamp\n1,7,2021-05-12\n1,8,2021-05-12\n"
        )
        code, text = run("inspect", tmp_path)
        assert code == 0, text
        assert "read as tables" in text
        assert "there are no openings" in text

    def test_unusable_file_is_reported(self, raw):
        (raw / "vagas.json").write_text("<html>")
        code, text = run("inspect", raw)
        assert code == 1
        assert "not usable: vagas.json: the file is no JSON object of records" in text

    def test_unknown_files_are_reported_with_the_expected_names(self, tmp_path):
        code, text = run("inspect", tmp_path)
        assert code == 1
        assert "no raw format is recognised" in text
        assert "prospects.json, vagas.json or applicants.json" in text


class TestIngest:
    @pytest.mark.integration
    @pytest.mark.tools("initdb")
    def test_records_are_stored_and_inspected(self, raw):
        with postgres_url() as database:
            code, text = run("ingest", raw, RAW_DATABASE_URL=database)
            assert code == 0, text
            assert "vagas_raw: 3 records read, 3 written" in text
            code, text = run("inspect", database)
        assert code == 0, text
        assert "read as decision" in text
        assert "usable: 2 interactions" in text

    def test_format_without_a_database_is_refused(self, tmp_path):
        (tmp_path / "applications.csv").write_text("opening_id,applicant_id,timestamp\n")
        code, text = run("ingest", tmp_path, "--database", "postgresql://127.0.0.1:1/none")
        assert code != 0
        assert "this raw format is not stored in databases" in text

    def test_database_is_required(self, raw):
        code, text = run("ingest", raw)
        assert code == 2
        assert "--database" in text
