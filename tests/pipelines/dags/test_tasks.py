import pytest
from airflow.sdk.exceptions import AirflowFailException

from pipelines.dags.tasks import run_stage_as_text
from pipelines.stages.download import download
from script_shared.errors import DownloadError
from tests.support.processes.http_file_server import serve_file


@pytest.fixture(autouse=True)
def environment(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_input_error_is_not_retried(tmp_path):
    with pytest.raises(AirflowFailException, match="there is no such folder or file"):
        run_stage_as_text("news", download, "run-1", "tables", str(tmp_path / "nowhere"), 1.0)


def test_download_error_is_retried(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serve_file(b"", statuses=[503] * 5) as served, pytest.raises(DownloadError, match="answers 503"):
        run_stage_as_text("news", download, "run-1", "tables", served.address, 1.0)
    assert len(served.requests) == 5
