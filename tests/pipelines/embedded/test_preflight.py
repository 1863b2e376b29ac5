"""Invalid settings, ports and inputs are rejected before any process starts."""

import socket
import sys

import httpx
import psutil
import pytest

from pipelines.cli.main import main
from pipelines.domains import load
from pipelines.embedded.ports import find_free_ports, require_free_port
from pipelines.embedded.preflight import require_input
from pipelines.embedded.sample_requests import request_each_segment
from pipelines.embedded.settings import EmbeddedSettings
from pipelines.embedded.supervisor import build_environment
from pipelines.stages.publish import PublishResult
from script_shared.errors import InputError, MancheteError, SettingsError, VolumeFullError
from script_shared.storage.disk_space import require_space, require_writable
from script_shared.storage.volume import Volume
from tests.support.processes.embedded import embedded


@pytest.fixture
def run_rejected(tmp_path, monkeypatch, capsys):
    """Run the command in this process; it starts no process and creates no file. Return what it prints."""

    def run_rejected(*arguments, **settings):
        for name, value in {"DATA_ROOT": str(tmp_path / "data"), **settings}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["pipelines", "embedded", *arguments])
        children = psutil.Process().children()
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == 2
        assert psutil.Process().children() == children
        assert not (tmp_path / "data").exists()
        printed = capsys.readouterr()
        assert printed.out == ""
        return printed.err

    return run_rejected


def test_command_exits_with_status_2_before_any_process_starts(tmp_path):
    with embedded(tmp_path, API_PORT="0", DATA_ROOT=str(tmp_path / "data")) as command:
        assert command.wait() == 2
        assert command.running_descendants() == []
    assert "  where:  API_PORT" in (tmp_path / "err").read_text().splitlines()


@pytest.mark.parametrize("setting", ["AIRFLOW_PORT", "API_PORT"])
def test_occupied_port_is_reported_with_its_setting(run_rejected, setting):
    ports = dict(zip(("AIRFLOW_PORT", "API_PORT"), map(str, find_free_ports(2)), strict=True))
    with socket.create_server(("127.0.0.1", int(ports[setting]))):
        output = run_rejected(**ports)
    message, where, remedy = output.splitlines()
    assert message == f"port {ports[setting]} is not available: Address already in use"
    assert where == f"  where:  {setting}"
    assert remedy.startswith("  remedy: ")
    assert f"make run {setting}=" in remedy


@pytest.mark.parametrize(
    ("url", "where", "message"),
    [
        ("ftp://host/releases", "RELEASES_URL", "Value error, 'ftp://host/releases' is no address"),
        (
            "s3://bucket/prefix",
            "s3://bucket/prefix/news/registry.json",
            "the object store cannot be used now",
        ),
    ],
)
def test_store_of_releases_that_cannot_be_read_is_reported(run_rejected, url, where, message):
    store = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    lines = run_rejected(RELEASES_URL=url, **store).splitlines()
    assert lines[0].startswith(message)
    assert lines[1] == f"  where:  {where}"
    assert lines[2].startswith("  remedy: ")


def test_processes_use_the_releases_of_the_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("RELEASES_URL", "s3://bucket/prefix")
    monkeypatch.setenv("DATA_ROOT", str(tmp_path))
    settings = EmbeddedSettings.read()
    assert build_environment(settings, "password")["RELEASES_URL"] == "s3://bucket/prefix"
    smoke = settings.model_copy(update={"releases_url": ""})
    assert build_environment(smoke, "password")["RELEASES_URL"] == ""


def test_sample_requests_fail_without_a_champion(tmp_path):
    result = PublishResult("run", "run-1", promoted=False, reason="worse than a list", champion=None)
    with (
        httpx.Client() as api,
        pytest.raises(MancheteError, match="no release serves; run-1 stays challenger"),
    ):
        request_each_segment(api, Volume(tmp_path), load("news"), result)


def test_port_is_free_after_its_server_closes():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SettingsError):
            require_free_port(port, "API_PORT")
    require_free_port(port, "API_PORT")


def test_free_ports_differ():
    assert len(set(find_free_ports(50))) == 50


def test_unknown_source_is_rejected_with_the_known_sources(run_rejected):
    output = run_rejected("--smoke", "--source", "gazette")
    assert output.splitlines() == [
        "there is no source 'gazette'",
        "  where:  source",
        "  remedy: use one of globo, synthetic, tables, webmedia",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRFLOW_PORT", "eighty"),
        ("AIRFLOW_PORT", "65536"),
        ("API_PORT", "0"),
        ("AIRFLOW_DATABASE", "mysql://user:secret@host/name"),
        ("PROCESS_SCHEDULE", "every day"),
        ("MONITOR_SCHEDULE", "daily"),
        ("TASK_RETRIES", "-1"),
        ("EVALUATION_USERS", "0"),
        ("EVENTS_URL", "kafka://secret"),
        ("API_LOG_LEVEL", "loud"),
        ("RELEASE_POLL_SECONDS", "nan"),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("--smoke",)])
def test_invalid_setting_of_any_component_is_reported_before_start(
    run_rejected, tmp_path, arguments, name, value
):
    output = run_rejected(*arguments, **{name: value})
    assert f"  where:  {name}" in output.splitlines()
    assert output.splitlines()[-1].startswith("  remedy: ")
    assert "secret" not in output


@pytest.mark.parametrize("source", ["tables", "globo", "webmedia"])
@pytest.mark.parametrize("arguments", [(), ("--smoke",)])
def test_missing_folder_is_reported_before_start(run_rejected, tmp_path, arguments, source):
    nowhere = str(tmp_path / "nowhere")
    output = run_rejected(*arguments, "--source", source, "--uri", nowhere)
    assert output.splitlines() == [
        "there is no such folder or file",
        f"  where:  {nowhere}",
        "  remedy: check the path",
    ]


@pytest.mark.parametrize(
    ("source", "file_name"),
    [("tables", "interactions.csv"), ("globo", "clicks_hour_000.csv"), ("webmedia", "treino_parte1.csv")],
)
def test_folder_without_the_files_of_a_source_is_rejected(tmp_path, source, file_name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "other.csv").write_text("a\n")
    with pytest.raises(InputError) as caught:
        require_input(load("news"), source, str(tmp_path / "in"), 0.01)
    assert file_name in caught.value.text
    assert caught.value.remedy


def test_required_space_of_a_single_file_grows_with_its_size(tmp_path):
    file = tmp_path / "interactions.csv"
    file.write_text("user_id,item_id,timestamp\n")
    small = require_input(load("news"), "tables", str(file), 0.01)
    file.write_text("user_id,item_id,timestamp\n" * 2)
    assert require_input(load("news"), "tables", str(tmp_path), 0.01) > small


def test_url_is_checked_without_a_request():
    assert require_input(load("news"), "tables", "https://no-such-host.invalid/a.zip", 0.01) > 0
    with pytest.raises(InputError, match="not encrypted"):
        require_input(load("news"), "tables", "http://no-such-host.invalid/a.zip", 0.01)


def test_disk_without_enough_space_is_reported(tmp_path):
    require_space(tmp_path / "data", 1)
    with pytest.raises(VolumeFullError, match=r"MiB free, a run needs about") as caught:
        require_space(tmp_path / "data", 2**60)
    assert (caught.value.where, bool(caught.value.remedy)) == ("DATA_ROOT", True)


def test_require_writable_leaves_no_folder_and_reports_an_unwritable_one(tmp_path):
    require_writable(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="no file can be written"):
        require_writable(tmp_path / "file" / "data")


def test_same_port_for_airflow_and_api_is_rejected(run_rejected):
    [port] = map(str, find_free_ports(1))
    assert "cannot both listen" in run_rejected(AIRFLOW_PORT=port, API_PORT=port)


@pytest.mark.slow
def test_smoke_run_reports_the_failed_task_and_leaves_no_files(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "interactions.csv").write_text("user_id,timestamp\n1,2\n")
    with embedded(tmp_path, "--smoke", "--source", "tables", "--uri", str(tmp_path / "in")) as command:
        assert command.wait() == 2
        assert command.running_descendants() == []
    lines = (tmp_path / "err").read_text().splitlines()
    start = lines.index("the column is missing")
    assert lines[start + 1] == "  where:  interactions.csv, row 1, field 'item_id'"
    assert lines[start + 2].startswith("  remedy: the header must name user_id, item_id")
    assert lines[start + 3].startswith("news_process_data failed (")
    assert lines[start + 4] == "--- refine"
    assert "error: Task failed with exception" in lines[start + 5 :]
    assert not any("\ufffd" in line or "Traceback" in line for line in lines)
    assert (tmp_path / "out").read_text() == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["err", "in", "out"]
