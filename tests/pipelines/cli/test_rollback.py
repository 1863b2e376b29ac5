import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from script_shared.errors import ReleaseNotFoundError
from script_shared.releases.registry import CHAMPION, Registry
from tests.support.releases.tiny_releases import write_tiny_release


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    return Registry(tmp_path / "news" / "releases")


@pytest.fixture
def ids(registry):
    """Publish three releases as champion, one after the other; return their ids."""
    written = [write_tiny_release(registry.folder, mark).id for mark in ("first", "second", "third")]
    for release_id in written:
        registry.publish(release_id, CHAMPION)
    return written


def rollback(*arguments):
    return CliRunner().invoke(app, ["rollback", *arguments])


def test_rollback_restores_the_previous_champion(registry, ids):
    assert rollback().stdout == f"{ids[1]}\n"
    assert registry.find() == ids[1]


def test_rollback_accepts_a_release(registry, ids):
    assert rollback("--to", ids[0]).stdout == f"{ids[0]}\n"
    assert registry.find() == ids[0]


def test_unknown_release_changes_nothing(registry, ids):
    assert isinstance(rollback("--to", "nothing").exception, ReleaseNotFoundError)
    assert registry.find() == ids[2]


def test_rollback_without_an_earlier_champion_fails(registry):
    registry.publish(write_tiny_release(registry.folder).id, CHAMPION)
    assert isinstance(rollback().exception, ReleaseNotFoundError)
