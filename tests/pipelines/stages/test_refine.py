import json

import polars as pl
import pytest

from pipelines.domains import load
from pipelines.settings import RefineOptions
from pipelines.stages.download import download
from pipelines.stages.refine import refine
from script_shared.errors import InputError, NotEnoughDataError
from script_shared.storage.partitions import get_alias
from script_shared.storage.volume import Volume
from tests.support.data.clicks import CLICK_FIELDS, write_clicks


@pytest.fixture
def volume(tmp_path):
    """A volume with one refined run."""
    (tmp_path / "good").mkdir()
    write_clicks(tmp_path / "good", hours=3)
    volume = Volume(tmp_path / "data")
    download(load("news"), volume, "run-1", "globo", str(tmp_path / "good"), 1.0)
    refine(load("news"), volume, "run-1", "globo")
    return volume


def read_files(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


INVALID_FILES = {
    "empty": "",
    "other columns": "a,b\n1,2\n",
    "semicolons": ";".join(CLICK_FIELDS) + "\n",
    "seconds": ",".join(CLICK_FIELDS) + "\n" + "1,1,1,2,1,1700000000,4,1,17,1,1,2\n" * 20,
}


@pytest.mark.parametrize("text", INVALID_FILES.values(), ids=INVALID_FILES)
def test_invalid_input_leaves_the_refined_run_unchanged(volume, tmp_path, text):
    before, alias = read_files(volume.refined / "run-1"), get_alias(volume.refined, "latest")
    clicks = tmp_path / "bad" / "clicks"
    clicks.mkdir(parents=True)
    (clicks / "clicks_hour_000.csv").write_text(text)
    for run in ("run-2", "run-1"):
        download(load("news"), volume, run, "globo", str(clicks.parent), 1.0)
        with pytest.raises(InputError, match=r"clicks/clicks_hour_000\.csv"):
            refine(load("news"), volume, run, "globo")
    assert read_files(volume.refined / "run-1") == before
    assert get_alias(volume.refined, "latest") == alias == "run-1"
    assert sorted(path.name for path in volume.refined.iterdir()) == ["latest", "run-1"]


def test_repeated_refine_writes_the_same_files(volume):
    before = read_files(volume.refined / "run-1")
    refine(load("news"), volume, "run-1", "globo")
    assert read_files(volume.refined / "run-1") == before


def test_sample_of_users_is_refined_and_reported(volume):
    all_users = pl.read_parquet(volume.refined / "run-1" / "users.parquet")
    report = refine(load("news"), volume, "run-1", "globo", RefineOptions(0.1))
    users = pl.read_parquet(volume.refined / "run-1" / "users.parquet")
    interactions = pl.read_parquet(volume.refined / "run-1" / "interactions.parquet")
    assert 0 < users.height < 0.25 * all_users.height
    assert report["sample"] == {"share": 0.1, "users": users.height, "interactions": interactions.height}
    assert report["clicks"]["kept"] == 750
    assert json.loads((volume.refined / "run-1" / "report.json").read_text()) == report


def test_empty_sample_leaves_the_refined_run_unchanged(volume):
    before = read_files(volume.refined / "run-1")
    with pytest.raises(NotEnoughDataError):
        refine(load("news"), volume, "run-1", "globo", RefineOptions(1e-9))
    assert read_files(volume.refined / "run-1") == before
