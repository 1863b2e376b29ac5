"""What cannot work is refused before anything is started."""

import socket

import httpx
import pytest

from pipelines.embedded.answers import ask_one_of_each
from pipelines.embedded.ports import free_ports, require_free
from pipelines.stages.publish import Published
from script_shared.errors import MancheteError, SettingsError
from script_shared.volume import Volume
from tests.support.embedded import embedded


def refused(folder, *arguments, **settings):
    with embedded(folder, *arguments, DATA_ROOT=str(folder / "data"), **settings) as command:
        assert command.wait() == 2
        assert command.left() == []
    assert (folder / "out").read_text() == ""
    assert not (folder / "data").exists()
    return (folder / "err").read_text()


@pytest.mark.parametrize("setting", ["AIRFLOW_PORT", "API_PORT"])
def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path, setting):
    ports = dict(zip(("AIRFLOW_PORT", "API_PORT"), map(str, free_ports(2)), strict=True))
    with socket.create_server(("127.0.0.1", int(ports[setting]))):
        told = refused(tmp_path, **ports)
    assert told.startswith(f"{setting}: port {ports[setting]} cannot be listened on: Address already in use")
    assert f"make run {setting}=" in told


def test_without_a_champion_nobody_is_asked(tmp_path):
    done = Published("run", "run-1", promoted=False, why="worse than a list", champion=None)
    with (
        httpx.Client() as api,
        pytest.raises(MancheteError, match="no release serves; run-1 stays challenger"),
    ):
        ask_one_of_each(api, Volume(tmp_path), "news", done)


def test_a_port_is_free_again_once_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SettingsError):
            require_free(port, "API_PORT")
    require_free(port, "API_PORT")


def test_free_ports_differ():
    assert len(set(free_ports(50))) == 50


def test_an_unknown_source_is_refused_with_those_there_are(tmp_path):
    told = refused(tmp_path, "--smoke", "--source", "gazette")
    assert told == "there is no source 'gazette' Remedy: use one of globo, synthetic, tables, webmedia\n"


def test_a_malformed_setting_is_named(tmp_path):
    assert refused(tmp_path, AIRFLOW_PORT="eighty").startswith("AIRFLOW_PORT: ")


def test_smoke_ends_with_the_failed_task_and_leaves_nothing(tmp_path):
    nowhere = str(tmp_path / "nowhere")
    with embedded(tmp_path, "--smoke", "--source", "globo", "--uri", nowhere) as command:
        assert command.wait() == 2
        assert command.left() == []
    told = (tmp_path / "err").read_text()
    assert "process_data failed" in told
    assert "--- download" in told
    assert nowhere in told
    assert "Traceback" not in told
    assert (tmp_path / "out").read_text() == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["err", "out"]
