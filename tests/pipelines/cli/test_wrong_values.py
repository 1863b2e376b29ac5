"""Every command with values that cannot be meant: exit status 1 or 2, what to do about it, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.cli.main import app, main
from tests.support.data.clicks import write_clicks
from tests.support.data.tables import reads, write_tables

ROOT = Path(__file__).parents[3]
NOWHERE = "/no/such/place"
#: By option, values that no command accepts.
WRONG = {
    "--uri": [
        NOWHERE,
        "ftp://example.org/a.zip",
        "http://[",
        "file:///no",
        "~nobody-of-this-name/x",
        "a" * 5_000,
    ],
    "--source": ["gazette", "", "../globo"],
    "--scale": ["0", "-1", "nan", "inf", "10.01", "much"],
    "--cutoffs": ["soon", "", "1.5", "-5", "999999"],
    "--confirm": ["soon", "1.5", "999999", "58"],
    "--users": ["0", "-1", "many"],
    "--processes": ["0", "-1", "all"],
    "--windows": ["later", "", "5-", "1/0", "-4"],
    "--sessions": ["0", "few"],
    "--trials": ["0", "few"],
    "--seed": ["luck"],
    "--segment": ["nobody"],
    "--parameter": ["nothing.of.this"],
    "--window": ["-1", "nan", "inf", "day"],
    "--name": ["no-such-experiment", "\x1b[31m"],
    "--n": ["0", "101", "ten"],
    "--user": [],
    "--to": ["nothing", "..", "../../etc", "\x1b[31m"],
    "--out": ["/dev/null/folder"],
    "--smoke": [],
    "--map": ["user_id", "user_id=", "=userId", "usr_id=userId"],
    "--time-format": ["european", "%q", "%H:%M"],
    "--time-zone": ["Sao_Paulo", "../../etc/passwd", "UTC+3"],
    "--anonymous": [],
    "--separator": ["::", "a", '"'],
    "--encoding": ["latin-99", "base64"],
    "--write-config": [],
    "location": [NOWHERE, "", "ftp://example.org/a.zip", "http://[", "a" * 5_000, "gdrive:x", "https://"],
}
NEEDED = {"--uri": "CLICKS", "--out": "OUT"}


def commands(click_app, path=()):
    for name, command in getattr(click_app, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def cases():
    for path, command in commands(typer.main.get_command(app)):
        options = [max(each.opts, key=len) for each in command.params]
        needed = [max(each.opts, key=len) for each in command.params if each.required]
        yield path, needed, None, ""
        for option in options:
            for value in WRONG[option]:
                if not (option == "--scale" and path == ("benchmark", "webmedia")):
                    yield path, needed, option, value


#: Wrong only for commands that are given a source which reads files.
READS_FILES = ("train", "run", "embedded")
#: On an empty volume.
FAILS_BY_ITSELF = ("evaluate", "experiment", "rollback", "promote")
#: Any other command that needs no option has something to do without one.
CASES = [
    (path, needed, option, value)
    for path, needed, option, value in cases()
    if option is not None or needed or path[0] in FAILS_BY_ITSELF
]


@pytest.fixture(scope="module")
def clicks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clicks")
    write_clicks(folder)
    return folder


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return write_tables(tmp_path_factory.mktemp("tables"), reads(60))


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Call the command line in this process; return its exit status and what it printed on stderr."""

    def call(*arguments, **environment):
        monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["pipelines", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return call


def check(status, told):
    assert status in (1, 2), told
    assert "Traceback" not in told
    assert "\ufffd" not in told.replace("\ufffd[31m", "")
    assert "remedy: " in told or "--help" in told, told


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_a_wrong_value_is_refused_with_its_remedy(call, clicks, tables, tmp_path, case):
    path, needed, option, value = case
    places = {"CLICKS": str(clicks), "OUT": str(tmp_path / "out")}
    values = {name: places[NEEDED[name]] for name in needed} if option is not None else {}
    if path[0] in READS_FILES and option == "--uri":
        values["--source"] = "globo"
    if path == ("tune",) and option == "--confirm" and value == "58":
        values["--cutoffs"] = "58"
    values |= {} if option is None else {option: value}
    named = [f"{name}={text}" for name, text in values.items() if name.startswith("--")]
    if path == ("inspect",) and option not in ("location", "--uri"):
        values["location"] = str(tables)
    positional = [text for name, text in values.items() if not name.startswith("--")]
    check(*call(*path, *named, *(["--", *positional] if positional else [])))


@pytest.mark.parametrize("command", ["train", "evaluate", "run"])
@pytest.mark.parametrize("place", ["/dev/null/data", "/proc/data", "file"])
def test_a_data_root_that_cannot_be_written_is_named(call, tmp_path, command, place):
    (tmp_path / "file").write_text("")
    root = str(tmp_path / "file") if place == "file" else place
    status, told = call(command, DATA_ROOT=root)
    check(status, told)
    assert told.splitlines()[0].startswith(f"no file can be written to {root}")
    assert "  where:  DATA_ROOT" in told.splitlines()


@pytest.mark.parametrize("name", ["ENV", "DOMAIN", "EVENTS_URL", "EVALUATION_USERS"])
def test_a_wrong_setting_is_named_by_the_command_line(call, name):
    for command in ("train", "evaluate"):
        status, told = (
            call(command, "--scale=0.001", **{name: "nothing of this"})
            if command == "train"
            else (call(command, **{name: "nothing of this"}))
        )
        check(status, told)


TEXTS = st.one_of(
    st.sampled_from(
        ["-1", "0", "nan", "inf", "-inf", "1e400", "yes", "99999999999999999999", "ftp://x", "[", "\x1b"]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
)


def kinds():
    from app.settings import ApiSettings
    from pipelines.embedded.settings import EmbeddedSettings
    from pipelines.settings import DagSettings, PipelineSettings

    return ApiSettings, EmbeddedSettings, DagSettings, PipelineSettings


SETTINGS = sorted({(kind, name) for kind in kinds() for name in kind.model_fields}, key=str)


@pytest.mark.parametrize(("kind", "name"), SETTINGS, ids=lambda each: getattr(each, "__name__", each))
@settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example("99999999999999999999")
@given(text=TEXTS)
def test_a_setting_is_accepted_or_refused_by_its_name(monkeypatch, kind, name, text):
    from script_shared.errors import SettingsError

    try:
        monkeypatch.setenv(name.upper(), text)
    except UnicodeEncodeError:
        return
    error = None
    try:
        kind.read()
    except SettingsError as caught:
        error = caught
    finally:
        monkeypatch.delenv(name.upper())
    assert error is None or (name.upper() in error.text and error.remedy)


@pytest.mark.parametrize("module", ["pipelines", "app"])
@pytest.mark.parametrize("content", [b"ENV=\xff\xfe", b"ENV=production"])
def test_a_file_of_settings_that_cannot_be_used_is_named(tmp_path, module, content):
    (tmp_path / ".env").write_bytes(content)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATA_ROOT": str(tmp_path / "data")}
    environment.pop("ENV", None)
    words = ["train"] if module == "pipelines" else ["--check"]
    ended = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    check(ended.returncode, ended.stderr)
