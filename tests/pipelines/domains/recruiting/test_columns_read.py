"""The columns that models read are enumerated; the others change no model."""

import shutil

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.domains.recruiting.columns_read import NEVER_READ, OUTCOME_COLUMNS, list_columns_read
from pipelines.domains.recruiting.plan import PLAN
from pipelines.stages.artifacts import load_dataset
from pipelines.stages.encode import encode
from pipelines.stages.train import train
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume

RUN = "run-1"
#: Every column that any model reads today; a new one must be added here, with a thought for what it tells.
READ = {
    "interactions": {"user_id", "item_id", "timestamp", "recruiter", "status", "updated_at"},
    "items": {
        "item_id", "published_at", "title", "category", "body", "skills", "areas", "location", "city",
        "state", "level", "degree", "english", "spanish", "other_language", "contract", "certificates",
        "other_certificates", "is_for_disabled", "client", "analyst", "priority", "objective", "origin",
        "is_sap", "salary", "value", "has_email", "has_phone", "has_linkedin", "has_location",
        "has_objective", "has_corporate_email", "is_complete",
    },
    "users": {"user_id", "user_type"},
}  # fmt: skip
FORBIDDEN = {
    "name", "nome", "sex", "sexo", "age", "idade", "birth", "marital", "civil", "disability", "pcd",
    "address", "endereco",
    "comment", "comentario", "code", "codigo", "phone", "email", "photo", "cpf", "colour",
}  # fmt: skip


@pytest.fixture(scope="module")
def columns(recruiting_volume):
    _, parameters = load_dataset(recruiting_volume, RUN)
    return list_columns_read(PLAN, parameters)


def test_the_columns_read_are_these(columns):
    for table, names in READ.items():
        found = {name for model in columns.values() for name in model[table]}
        assert found <= names, f"{table}: {found - names}"


def test_no_model_reads_a_protected_attribute(columns):
    for model in columns.values():
        assert not {name for table, name in NEVER_READ if name in model[table]}


def test_no_table_has_a_name_an_age_a_marital_status_an_address_or_a_comment():
    schemas = (PLAN.domain.interactions, PLAN.domain.items, PLAN.domain.users)
    names = {column.name for schema in schemas for column in schema.columns}
    protected = {name for _, name in NEVER_READ}
    flags = {name for name in names if name.startswith("has_")}
    assert not FORBIDDEN & (names - protected - flags)


def test_lists_do_not_read_outcomes(columns):
    assert not set(OUTCOME_COLUMNS) & set(columns["lists"]["interactions"])


def read_artifacts(volume):
    files = sorted((volume.artifacts / RUN).rglob("*.*"))
    return {str(file.relative_to(volume.artifacts)): file.read_bytes() for file in files if file.is_file()}


def retrain(volume, folder, change, names=PLAN.model_names):
    """Return the artifacts of a copy of the volume whose refined tables are changed.

    Args:
        volume: has a trained run.
        folder: of the copy.
        change: by refined table, a function that returns the changed frame.
        names: the models to train.
    """
    copy = Volume(folder / "recruiting")
    shutil.copytree(volume.root, copy.root, symlinks=True)
    shutil.rmtree(copy.artifacts)
    shutil.rmtree(copy.encoded)
    refined = find_partition(copy.refined, RUN)
    for table, changed in change.items():
        path = refined / f"{table}.parquet"
        frame = pl.read_parquet(path)
        path.unlink()
        changed(frame).write_parquet(path)
    plan = load("recruiting")
    encode(plan, copy, RUN)
    for name in names:
        train(plan, copy, RUN, name)
    return read_artifacts(copy)


def test_what_models_do_not_read_changes_no_byte_of_them(recruiting_volume, tmp_path, columns):
    """All columns that no model reads are shuffled between the rows, protected attributes among them."""
    read = {table: {name for model in columns.values() for name in model[table]} for table in READ}
    assert {"sex", "disability"}.isdisjoint(read["users"])

    def shuffle(frame, table):
        hidden = [name for name in frame.columns if name not in read[table]]
        return frame.with_columns(pl.col(name).shuffle(seed) for seed, name in enumerate(hidden))

    change = {table: lambda frame, table=table: shuffle(frame, table) for table in READ}
    changed = retrain(recruiting_volume, tmp_path, change)
    assert changed == read_artifacts(recruiting_volume)


def test_statuses_and_update_dates_change_no_list(recruiting_volume, tmp_path):
    def shuffle(frame):
        return frame.with_columns(pl.col(name).shuffle(7) for name in OUTCOME_COLUMNS)

    changed = retrain(recruiting_volume, tmp_path, {"interactions": shuffle}, PLAN.segment_names)
    expected = read_artifacts(recruiting_volume)
    assert len(changed) >= len(PLAN.segment_names)
    assert all(content == expected[name] for name, content in changed.items())


def test_a_status_word_planted_in_a_comment_is_read_by_nobody(generated_files):
    """The files have comments, the tables have none; see also the tests of the source."""
    assert "comentario" in (generated_files / "prospects.json").read_text(encoding="utf-8")
    names = {column.name for column in PLAN.domain.interactions.columns}
    assert not {"comment", "comentario"} & names
