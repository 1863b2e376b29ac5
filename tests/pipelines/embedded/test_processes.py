"""Nothing that the embedded run starts outlives it."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from pipelines.embedded.process_groups import terminate_sessions
from pipelines.embedded.processes import ChildProcesses
from script_shared.errors import MancheteError
from tests.support.processes.embedded import ROOT, wait_until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
#: Like Airflow's tasks: a child in a group of its own.
FAMILY = [
    sys.executable,
    "-c",
    "import os, time\n"
    "child = os.fork()\n"
    "if child == 0: os.setpgid(0, 0)\n"
    "print(os.getpid(), flush=True)\n"
    "time.sleep(600)",
]
PARENT = """
import sys, time
from pathlib import Path
from pipelines.embedded.processes import ChildProcesses
folder = Path(sys.argv[1])
with ChildProcesses({{}}, folder / "data" / "logs", folder / "data") as processes:
    processes.start("family", {family!r})
    (folder / "up").touch()
    time.sleep(600)
"""


def lives(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def pids(log):
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_the_end_of_the_block_ends_what_was_started(tmp_path):
    others = set(psutil.Process().children())
    with ChildProcesses({}, tmp_path) as processes:
        processes.start("sleep", SLEEP)
        processes.check()
        started = set(psutil.Process().children()) - others
    assert len(started) == 2, "the command and the reaper"
    assert not any(lives(child.pid) for child in started)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_however_the_parent_ends_its_family_and_its_folder_go(tmp_path, number):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(family=FAMILY), str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    log = tmp_path / "data" / "logs" / "family.log"
    wait_until(lambda: (tmp_path / "up").exists() and len(pids(log)) == 2)
    family = pids(log)
    os.kill(parent.pid, number)
    parent.wait(60)
    wait_until(lambda: not any(lives(pid) for pid in family))
    wait_until(lambda: not (tmp_path / "data").exists())


def test_what_is_deaf_to_the_request_to_end_is_killed(tmp_path):
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    script = f"{ignore}; import time; print(flush=True); time.sleep(600)"
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen([sys.executable, "-c", script], stdout=log, start_new_session=True) as deaf,
    ):
        wait_until((tmp_path / "log").read_text)
        terminate_sessions({deaf.pid}, 0.3)
        assert deaf.wait(10) == -signal.SIGKILL


def test_a_command_that_ends_by_itself_is_reported_with_its_last_words(tmp_path):
    with ChildProcesses({}, tmp_path) as processes:
        processes.start("short", [sys.executable, "-c", "raise SystemExit('no disk')"])
        with pytest.raises(MancheteError, match=r"short ended unexpectedly .*\nno disk"):
            wait_until(processes.check)


def test_a_command_that_fails_is_reported_with_its_last_words(tmp_path):
    with ChildProcesses({}, tmp_path) as processes:
        processes.start("step", [sys.executable, "-c", "raise SystemExit('no table')"])
        with pytest.raises(MancheteError, match=r"step failed .*\nno table"):
            processes.wait("step")
        processes.check()


def test_commands_are_given_settings_on_top_of_ours(tmp_path):
    with ChildProcesses({"MANCHETE_NEW": "new"}, tmp_path) as processes:
        script = "import os; print(os.environ['MANCHETE_NEW'], os.environ['PATH'])"
        processes.start("show", [sys.executable, "-c", script])
        processes.wait("show")
        assert processes.log_tail("show") == f"new {os.environ['PATH']}"
