"""The same arguments give the same bytes, in files and in tables."""

from datetime import date
from hashlib import sha256

import polars as pl
import pytest

from pipelines.domains.recruiting.sources.synthetic import WorldOptions, generate, generate_tables

FILES = ["applicants.json", "prospects.json", "truth.json", "vagas.json"]
OPENING_COLUMNS = {
    "opening_id", "created_at", "title", "description", "location", "city", "state", "level", "degree",
    "english", "spanish", "other_language", "areas", "activities", "competencies", "contract", "client",
    "priority", "kind", "sap", "pcd_opening", "analyst", "value",
}  # fmt: skip
APPLICANT_COLUMNS = {
    "applicant_id", "created_at", "title", "description", "location", "city", "state", "area", "skills",
    "certificates", "other_certificates", "salary", "level", "degree", "english", "spanish",
    "other_language", "cv", "has_email", "has_phone", "has_linkedin", "has_objective", "corporate_email",
    "is_complete",
}  # fmt: skip
APPLICATION_COLUMNS = {"opening_id", "applicant_id", "applied_at", "status", "updated_at", "recruiter"}


def digest(folder):
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


class TestGenerate:
    def test_same_seed_gives_the_same_bytes(self, tmp_path):
        generate(tmp_path / "one", 0.01, seed=3)
        generate(tmp_path / "two", 0.01, seed=3)
        assert list(digest(tmp_path / "one")) == FILES
        assert digest(tmp_path / "one") == digest(tmp_path / "two")

    def test_another_seed_changes_every_file(self, tmp_path):
        generate(tmp_path / "one", 0.01, seed=3)
        generate(tmp_path / "two", 0.01, seed=4)
        one, two = digest(tmp_path / "one"), digest(tmp_path / "two")
        assert all(one[name] != two[name] for name in FILES)

    def test_the_smoke_scale_has_a_fiftieth_of_the_rows(self, tmp_path, decision_reader):
        generate(tmp_path, 0.02)
        data = decision_reader(tmp_path)
        assert (len(data.vagas), len(data.applications), len(data.applicants)) == (280, 1_080, 840)

    def test_the_smallest_scale_has_a_few_rows(self, tmp_path, decision_reader):
        generate(tmp_path, 1e-6)
        data = decision_reader(tmp_path)
        assert (len(data.vagas), len(data.applications), len(data.applicants)) == (20, 60, 50)

    @pytest.mark.parametrize("scale", [0, -1, 51, float("nan"), True, "1"])
    def test_scale_out_of_range_is_an_error(self, tmp_path, scale):
        with pytest.raises(ValueError, match="scale must be above 0 and at most 50"):
            generate(tmp_path, scale)

    @pytest.mark.parametrize("seed", [-1, 1.5, None, True])
    def test_invalid_seed_is_an_error(self, tmp_path, seed):
        with pytest.raises(ValueError, match="seed must be a whole number"):
            generate(tmp_path, 0.01, seed=seed)

    def test_unknown_drift_is_an_error(self):
        with pytest.raises(ValueError, match="unknown drift 'x'; use one of new_technology, "):
            WorldOptions(drift=("x", date(2024, 1, 1)))


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    generate_tables(folder, 0.02)
    return folder


class TestGenerateTables:
    def read(self, folder, name):
        return pl.read_parquet(folder / f"{name}.parquet")

    def test_tables_have_the_documented_columns(self, tables):
        assert set(self.read(tables, "openings").columns) == OPENING_COLUMNS
        assert set(self.read(tables, "applicants").columns) == APPLICANT_COLUMNS
        assert set(self.read(tables, "applications").columns) == APPLICATION_COLUMNS

    def test_times_are_utc(self, tables):
        times = self.read(tables, "applications").select("applied_at", "updated_at")
        assert set(times.dtypes) == {pl.Datetime("ms", "UTC")}
        assert times["applied_at"].min().date() >= date(2018, 12, 3)
        assert times["applied_at"].max().date() <= date(2025, 3, 3)

    def test_tables_and_files_have_the_same_world(self, tables, tmp_path, decision_reader):
        generate(tmp_path, 0.02)
        data = decision_reader(tmp_path)
        applications = self.read(tables, "applications")
        pairs = {
            (opening, row["codigo"], row["situacao_candidado"], row["recrutador"])
            for opening, row in data.applications
        }
        columns = ("opening_id", "applicant_id", "status", "recruiter")
        assert set(applications.select(columns).iter_rows()) == pairs
        cvs = dict(self.read(tables, "applicants").select("applicant_id", "cv").iter_rows())
        assert all(data.applicants[code]["cv_pt"] == cv for code, cv in cvs.items())
        openings = self.read(tables, "openings")
        assert set(openings["opening_id"]) == data.vagas.keys()
        for row in openings.iter_rows(named=True):
            record = data.vagas[row["opening_id"]]
            assert row["title"] == record["informacoes_basicas"]["titulo_vaga"]
            assert row["degree"] == record["perfil_vaga"]["nivel_academico"]
            assert row["value"] == record["beneficios"]["valor_venda"]

    def test_tables_have_the_applicants_who_applied_unless_all_are_asked_for(self, tables, tmp_path):
        applied = self.read(tables, "applications")["applicant_id"].n_unique()
        assert self.read(tables, "applicants").height == applied
        generate_tables(tmp_path, 0.02, applied_only=False)
        assert self.read(tmp_path, "applicants").height == 840

    def test_salaries_are_in_reais_a_month_where_the_form_tells_them(self, tables):
        applicants = self.read(tables, "applicants")
        told = applicants.filter(pl.col("salary").is_not_null())
        assert 0.1 < told.height / applicants.height < 0.25
        assert told["salary"].median() == pytest.approx(7_000, rel=0.4)
