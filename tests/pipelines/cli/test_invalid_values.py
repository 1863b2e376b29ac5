"""Every command with invalid values: exit status 1 or 2, a remedy, no traceback."""

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
MISSING_PATH = "/no/such/place"
#: By option, values that no command accepts.
INVALID_VALUES = {
    "--uri": [
        MISSING_PATH,
        "ftp://example.org/a.zip",
        "http://[",
        "file:///no",
        "~nobody-of-this-name/x",
        "a" * 5_000,
    ],
    "--source": ["gazette", "../globo"],
    "--scale": ["0", "-1", "nan", "inf", "20.01", "much"],
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
    "--keep": ["0", "-1", "some"],
    "name": ["nothing", "v0", "v7", "challenger", "../..", "\x1b[31m"],
    "base": ["nothing"],
    "names": ["nothing", "v1"],
    "--out": ["/dev/null/folder"],
    "--smoke": [],
    "--map": ["user_id", "user_id=", "=userId", "usr_id=userId"],
    "--time-format": ["european", "%q", "%H:%M"],
    "--time-zone": ["Sao_Paulo", "../../etc/passwd", "UTC+3"],
    "--anonymous": [],
    "--separator": ["::", "a", '"'],
    "--encoding": ["latin-99", "base64"],
    "--write-config": [],
    "--day": ["soon"],
    "--database": ["", "mysql://host/name", "postgresql://[", "postgresql://127.0.0.1:1/none"],
    "location": [
        MISSING_PATH,
        "",
        "ftp://example.org/a.zip",
        "http://[",
        "a" * 5_000,
        "gdrive:x",
        "https://",
    ],
}
REQUIRED_VALUES = {
    "--keep": "COUNT",
    "--uri": "CLICKS",
    "--out": "OUT",
    "location": "CLICKS",
    "--database": "DATABASE",
}


def commands(click_app, path=()):
    for name, command in getattr(click_app, "commands", {}).items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def cases():
    for path, command in commands(typer.main.get_command(app)):
        options = [max(parameter.opts, key=len) for parameter in command.params]
        required = [max(parameter.opts, key=len) for parameter in command.params if parameter.required]
        yield path, required, None, ""
        for option in options:
            for value in INVALID_VALUES[option]:
                if not (option == "--scale" and path == ("benchmark", "webmedia")):
                    yield path, required, option, value


#: Commands whose `--uri` is invalid only with a source that reads files.
FILE_COMMANDS = ("train", "run", "embedded")
#: Commands that fail on an empty volume without options.
FAILS_ON_EMPTY_VOLUME = {
    ("evaluate",),
    ("experiment",),
    *(("releases", name) for name in ("show", "diff", "promote", "rollback")),
}
#: All other commands without required options succeed without options.
CASES = [
    (path, required, option, value)
    for path, required, option, value in cases()
    if option is not None or required or path in FAILS_ON_EMPTY_VOLUME
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
    """Call the command line in this process; return its exit status and its output."""

    def call(*arguments, **environment):
        monkeypatch.setenv("DATA_ROOT", str(tmp_path / "data"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["pipelines", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return caught.value.code, printed.out + printed.err

    return call


def check(status, output):
    assert status in (1, 2), output
    assert "Traceback" not in output
    assert "\ufffd" not in output.replace("\ufffd[31m", "")
    assert "remedy: " in output or "--help" in output, output


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_invalid_value_is_rejected_with_a_remedy(call, clicks, tables, tmp_path, case):
    path, required, option, value = case
    paths = {
        "COUNT": "1",
        "CLICKS": str(clicks),
        "OUT": str(tmp_path / "out"),
        "DATABASE": "postgresql://127.0.0.1:1/none",
    }
    values = {name: paths[REQUIRED_VALUES[name]] for name in required} if option is not None else {}
    if path[0] in FILE_COMMANDS and option == "--uri":
        values["--source"] = "globo"
    if path == ("tune",) and option == "--confirm" and value == "58":
        values["--cutoffs"] = "58"
    values |= {} if option is None else {option: value}
    options = [f"{name}={text}" for name, text in values.items() if name.startswith("--")]
    if path == ("inspect",) and option not in ("location", "--uri"):
        values["location"] = str(tables)
    positional = [text for name, text in values.items() if not name.startswith("--")]
    check(*call(*path, *options, *(["--", *positional] if positional else [])))


@pytest.mark.parametrize("command", ["train", "evaluate", "run"])
@pytest.mark.parametrize("location", ["/dev/null/data", "/proc/data", "file"])
def test_unwritable_data_root_is_reported(call, tmp_path, command, location):
    (tmp_path / "file").write_text("")
    root = str(tmp_path / "file") if location == "file" else location
    status, output = call(command, DATA_ROOT=root)
    check(status, output)
    assert output.splitlines()[0].startswith(f"no file can be written to {root}")
    assert "  where:  DATA_ROOT" in output.splitlines()


@pytest.mark.parametrize("name", ["ENV", "DOMAIN", "EVENTS_URL", "EVALUATION_USERS"])
def test_invalid_setting_is_reported_by_the_command_line(call, name):
    for command in ("train", "evaluate"):
        status, output = (
            call(command, "--scale=0.001", **{name: "nothing of this"})
            if command == "train"
            else (call(command, **{name: "nothing of this"}))
        )
        check(status, output)


TEXTS = st.one_of(
    st.sampled_from(
        ["-1", "0", "nan", "inf", "-inf", "1e400", "yes", "99999999999999999999", "ftp://x", "[", "\x1b"]
    ),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30),
)


def settings_classes():
    from app.settings import ApiSettings
    from pipelines.embedded.settings import EmbeddedSettings
    from pipelines.settings import DagSettings, PipelineSettings

    return ApiSettings, EmbeddedSettings, DagSettings, PipelineSettings


SETTINGS = sorted(
    {(settings_class, name) for settings_class in settings_classes() for name in settings_class.model_fields},
    key=str,
)


@pytest.mark.parametrize(
    ("settings_class", "name"), SETTINGS, ids=lambda value: getattr(value, "__name__", value)
)
@settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example("99999999999999999999")
@given(text=TEXTS)
def test_setting_is_accepted_or_rejected_by_name(monkeypatch, settings_class, name, text):
    from script_shared.errors import SettingsError

    try:
        monkeypatch.setenv(name.upper(), text)
    except UnicodeEncodeError:
        return
    error = None
    try:
        settings_class.read()
    except SettingsError as caught:
        error = caught
    finally:
        monkeypatch.delenv(name.upper())
    assert error is None or (name.upper() in error.text and error.remedy)


@pytest.mark.parametrize("module", ["pipelines", "app"])
@pytest.mark.parametrize("content", [b"ENV=\xff\xfe", b"ENV=production"])
def test_unusable_env_file_is_reported(tmp_path, module, content):
    (tmp_path / ".env").write_bytes(content)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATA_ROOT": str(tmp_path / "data")}
    environment.pop("ENV", None)
    arguments = ["train"] if module == "pipelines" else ["--check"]
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    check(done.returncode, done.stderr)
