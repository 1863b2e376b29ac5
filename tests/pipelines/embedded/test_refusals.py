"""What cannot work is refused before anything is started."""

import socket

import httpx
import pytest

from pipelines.domains import load
from pipelines.embedded.ports import find_free_ports, require_free_port
from pipelines.embedded.preflight import require_input
from pipelines.embedded.sample_requests import request_each_segment
from pipelines.stages.publish import PublishResult
from script_shared.errors import InputError, MancheteError, SettingsError, VolumeFullError
from script_shared.storage.disk_space import require_space, require_writable
from script_shared.storage.volume import Volume
from tests.support.processes.embedded import embedded


def refused(folder, *arguments, **settings):
    with embedded(folder, *arguments, DATA_ROOT=str(folder / "data"), **settings) as command:
        assert command.wait() == 2
        assert command.running_descendants() == []
    assert (folder / "out").read_text() == ""
    assert not (folder / "data").exists()
    return (folder / "err").read_text()


@pytest.mark.parametrize("setting", ["AIRFLOW_PORT", "API_PORT"])
def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path, setting):
    ports = dict(zip(("AIRFLOW_PORT", "API_PORT"), map(str, find_free_ports(2)), strict=True))
    with socket.create_server(("127.0.0.1", int(ports[setting]))):
        told = refused(tmp_path, **ports)
    what, where, remedy = told.splitlines()
    assert what == f"port {ports[setting]} is not available: Address already in use"
    assert where == f"  where:  {setting}"
    assert remedy.startswith("  remedy: ")
    assert f"make run {setting}=" in remedy


def test_without_a_champion_nobody_is_asked(tmp_path):
    result = PublishResult("run", "run-1", promoted=False, reason="worse than a list", champion=None)
    with (
        httpx.Client() as api,
        pytest.raises(MancheteError, match="no release serves; run-1 stays challenger"),
    ):
        request_each_segment(api, Volume(tmp_path), load("news"), result)


def test_a_port_is_free_again_once_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SettingsError):
            require_free_port(port, "API_PORT")
    require_free_port(port, "API_PORT")


def test_free_ports_differ():
    assert len(set(find_free_ports(50))) == 50


def test_an_unknown_source_is_refused_with_those_there_are(tmp_path):
    told = refused(tmp_path, "--smoke", "--source", "gazette")
    assert told.splitlines() == [
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
        ("TASK_RETRIES", "-1"),
        ("EVALUATION_USERS", "0"),
        ("EVENTS_URL", "kafka://secret"),
        ("API_LOG_LEVEL", "loud"),
        ("RELEASE_POLL_SECONDS", "nan"),
    ],
)
@pytest.mark.parametrize("arguments", [(), ("--smoke",)])
def test_a_wrong_setting_of_any_part_is_named_before_anything_starts(tmp_path, arguments, name, value):
    told = refused(tmp_path, *arguments, **{name: value})
    assert f"  where:  {name}" in told.splitlines()
    assert told.splitlines()[-1].startswith("  remedy: ")
    assert "secret" not in told


@pytest.mark.parametrize("source", ["tables", "globo", "webmedia"])
@pytest.mark.parametrize("arguments", [(), ("--smoke",)])
def test_a_folder_that_is_not_there_is_named_before_anything_starts(tmp_path, arguments, source):
    nowhere = str(tmp_path / "nowhere")
    told = refused(tmp_path, *arguments, "--source", source, "--uri", nowhere)
    assert told.splitlines() == [
        "there is no such folder or file",
        f"  where:  {nowhere}",
        "  remedy: check the path",
    ]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [("tables", "interactions.csv"), ("globo", "clicks_hour_000.csv"), ("webmedia", "treino_parte1.csv")],
)
def test_a_folder_without_the_files_of_a_source_is_refused(tmp_path, source, wanted):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "other.csv").write_text("a\n")
    with pytest.raises(InputError) as refusal:
        require_input(load("news"), source, str(tmp_path / "in"), 0.01)
    assert wanted in refusal.value.text
    assert refusal.value.remedy


def test_one_file_is_enough_and_its_size_counts(tmp_path):
    file = tmp_path / "interactions.csv"
    file.write_text("user_id,item_id,timestamp\n")
    small = require_input(load("news"), "tables", str(file), 0.01)
    file.write_text("user_id,item_id,timestamp\n" * 2)
    assert require_input(load("news"), "tables", str(tmp_path), 0.01) > small


def test_an_address_is_checked_for_its_form_alone():
    assert require_input(load("news"), "tables", "https://no-such-host.invalid/a.zip", 0.01) > 0
    with pytest.raises(InputError, match="not encrypted"):
        require_input(load("news"), "tables", "http://no-such-host.invalid/a.zip", 0.01)


def test_a_disk_without_room_is_named(tmp_path):
    require_space(tmp_path / "data", 1)
    with pytest.raises(VolumeFullError, match=r"MiB free, a run needs about") as refusal:
        require_space(tmp_path / "data", 2**60)
    assert (refusal.value.where, bool(refusal.value.remedy)) == ("DATA_ROOT", True)


def test_a_folder_that_cannot_be_written_is_named_and_nothing_stays_of_the_try(tmp_path):
    require_writable(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="no file can be written"):
        require_writable(tmp_path / "file" / "data")


def test_one_port_for_both_is_refused(tmp_path):
    [port] = map(str, find_free_ports(1))
    assert "cannot both listen" in refused(tmp_path, AIRFLOW_PORT=port, API_PORT=port)


def test_smoke_ends_with_the_failed_task_and_leaves_nothing(tmp_path):
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
