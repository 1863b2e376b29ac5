"""A run is published on S3, and served from there by another machine; the command line manages it."""

import shutil

import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from pipelines.domains import load
from pipelines.stages.publish import publish
from script_shared.errors import SettingsError
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume
from tests.support.processes.api_process import run_api, wait_for, wait_until_ready
from tests.support.processes.moto_server import run_moto, set_environment

pytestmark = [pytest.mark.integration, pytest.mark.slow]


@pytest.fixture
def s3(tmp_path):
    try:
        with run_moto(tmp_path / "moto.log") as server, set_environment(server.environment):
            yield server
    except SettingsError as error:
        pytest.skip(str(error))


@pytest.fixture
def volume(small_volume, tmp_path, s3):
    """The volume of the pipelines' machine, with a run that is not published."""
    shutil.copytree(small_volume.root, tmp_path / "pipelines" / "news")
    shutil.rmtree(tmp_path / "pipelines" / "news" / "releases")
    return Volume(tmp_path / "pipelines" / "news", f"{s3.url('all')}/news")


def test_release_on_s3_is_published_served_and_managed(volume, small_volume, s3, tmp_path, monkeypatch):
    result = publish(load("news"), volume, "run-1")
    assert result.champion == result.release == Registry(small_volume.releases).find()
    assert not volume.releases.exists()
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "pipelines"))
    monkeypatch.setenv("RELEASES_URL", s3.url("all"))
    assert CliRunner().invoke(app, ["releases", "list"]).stdout.startswith(f"v1  {result.release}  2023-")
    assert CliRunner().invoke(app, ["releases", "verify"]).exit_code == 0
    service = tmp_path / "service"
    service.mkdir()
    with run_api(service, tmp_path / "log", releases_url=s3.url("all")) as (_, client):
        wait_until_ready(client)
        lists = [client.get("/recommendations").json() for _ in range(2)]
        assert lists[0]["release"] == result.release
        assert (service / "news" / "release-cache" / result.release / "manifest.json").exists()
        s3.process.kill()
        wait_for(lambda: client.get("/health").json()["status"] == "degraded", "the outage is reported")
        assert client.get("/health/ready").status_code == 200
        assert client.get("/recommendations").json()["items"] == lists[0]["items"]
