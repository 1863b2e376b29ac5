import pytest
from airflow.sdk.exceptions import AirflowFailException

from pipelines.dags.tasks import call
from pipelines.stages.download import download
from script_shared.errors import DownloadError
from tests.support.http_files import serving


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_what_a_person_must_see_to_is_not_tried_again(tmp_path):
    with pytest.raises(AirflowFailException, match="there is no such folder or file"):
        call(download, "run-1", "tables", str(tmp_path / "nowhere"), 1.0)


def test_a_download_is_tried_again(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    with serving(b"", answers=[503] * 5) as shelf, pytest.raises(DownloadError, match="answers 503"):
        call(download, "run-1", "tables", shelf.address, 1.0)
    assert len(shelf.asked) == 5
