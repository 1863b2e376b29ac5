import json

import pytest
from typer.testing import CliRunner

from pipelines.cli.main import app
from script_shared.errors import ReleaseNotFoundError
from script_shared.releases.registry import Registry
from script_shared.releases.state import CHAMPION
from tests.support.releases.registries import write_tiny


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    return Registry(tmp_path / "news" / "releases")


@pytest.fixture
def ids(registry):
    """Publish three releases as champion, one after the other, a minute apart; return their ids."""
    written = [
        write_tiny(registry, mark, now_ms=60_000 * number).id
        for number, mark in enumerate(("first", "second", "third"))
    ]
    for release_id in written:
        registry.publish(release_id, CHAMPION)
    return written


def run(*arguments):
    return CliRunner().invoke(app, ["releases", *arguments])


def test_list_of_an_empty_registry_is_empty(registry):
    assert run("list").stdout == ""


def test_list_shows_versions_newest_first(registry, ids):
    registry.publish(ids[0])
    assert run("list").stdout.splitlines() == [
        f"v3  {ids[2]}  1970-01-01T00:00Z  champion",
        f"v2  {ids[1]}  1970-01-01T00:00Z",
        f"v1  {ids[0]}  1970-01-01T00:00Z  challenger",
    ]


def test_show_describes_a_release(registry, ids):
    shown = json.loads(run("show", "v2").stdout)
    assert (shown["release"], shown["version"], shown["aliases"]) == (ids[1], 2, [])
    assert shown["files"] == 5
    assert json.loads(run("show").stdout)["release"] == ids[2]


def test_diff_names_what_changed(registry, ids):
    lines = run("diff", ids[2], "v1").stdout.splitlines()
    assert lines[0] == f"{ids[0]} → {ids[2]}"
    assert "changed files: 1" in lines
    assert "  models/a/document.json" in lines
    assert "  created_at: 1970-01-01T00:00:00Z → 1970-01-01T00:02:00Z" in lines


def test_promote_makes_the_challenger_champion(registry, ids):
    registry.publish(ids[0])
    assert run("promote").stdout == f"{ids[0]}\n"
    assert registry.find() == ids[0]
    assert isinstance(run("promote").exception, ReleaseNotFoundError)


def test_rollback_restores_the_previous_champion(registry, ids):
    assert run("rollback").stdout == f"{ids[1]}\n"
    assert registry.find() == ids[1]


@pytest.mark.parametrize("name", ["id", "v1"])
def test_rollback_accepts_a_release(registry, ids, name):
    assert run("rollback", "--to", ids[0] if name == "id" else name).stdout == f"{ids[0]}\n"
    assert registry.find() == ids[0]


def test_unknown_release_changes_nothing(registry, ids):
    assert isinstance(run("rollback", "--to", "nothing").exception, ReleaseNotFoundError)
    assert registry.find() == ids[2]


def test_rollback_without_an_earlier_champion_fails(registry):
    registry.publish(write_tiny(registry).id, CHAMPION)
    assert isinstance(run("rollback").exception, ReleaseNotFoundError)


def test_verify_names_damaged_files(registry, ids):
    done = run("verify")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == 3
    (registry.folder / ids[1] / "evaluation.json").write_text("{}")
    assert run("verify").exit_code == run("verify", "v2").exit_code == 1
    done = run("verify", "champion")
    assert (done.exit_code, done.stdout) == (0, f"{ids[2]}: 5 files are intact\n")


def test_prune_prints_what_it_removed(registry, ids):
    assert run("prune", "--keep", "1").stdout == f"{ids[0]}\n"
    assert {entry.id for entry in registry.list()} == {ids[1], ids[2]}
    assert run("prune", "--keep", "1").stdout == ""


def test_file_url_names_the_folder_of_all_domains(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
    monkeypatch.setenv("RELEASES_URL", f"file://{tmp_path}/elsewhere")
    registry = Registry(tmp_path / "elsewhere" / "news")
    registry.publish(write_tiny(registry).id, CHAMPION)
    assert run("list").stdout.startswith("v1  ")
    assert not (tmp_path / "data").exists()
