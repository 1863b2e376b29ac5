"""No process of the embedded run outlives it."""

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
#: Like an Airflow task, the child has its own process group.
PROCESS_TREE = [
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
    processes.start("tree", {tree!r})
    (folder / "up").touch()
    time.sleep(600)
"""


def is_running(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def read_pids(log):
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_context_exit_terminates_the_started_processes(tmp_path):
    others = set(psutil.Process().children())
    with ChildProcesses({}, tmp_path) as processes:
        processes.start("sleep", SLEEP)
        processes.check()
        started = set(psutil.Process().children()) - others
    assert len(started) == 2, "the command and the reaper"
    assert not any(is_running(child.pid) for child in started)


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_exit_of_the_parent_terminates_its_descendants_and_removes_the_folder(tmp_path, signal_number):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(tree=PROCESS_TREE), str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    log = tmp_path / "data" / "logs" / "tree.log"
    wait_until(lambda: (tmp_path / "up").exists() and len(read_pids(log)) == 2)
    tree = read_pids(log)
    os.kill(parent.pid, signal_number)
    parent.wait(60)
    wait_until(lambda: not any(is_running(pid) for pid in tree))
    wait_until(lambda: not (tmp_path / "data").exists())


def test_process_that_ignores_sigterm_is_killed(tmp_path):
    ignore = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    script = f"{ignore}; import time; print(flush=True); time.sleep(600)"
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen([sys.executable, "-c", script], stdout=log, start_new_session=True) as process,
    ):
        wait_until((tmp_path / "log").read_text)
        terminate_sessions({process.pid}, 0.3)
        assert process.wait(10) == -signal.SIGKILL


def test_unexpected_exit_is_reported_with_the_end_of_the_log(tmp_path):
    with ChildProcesses({}, tmp_path) as processes:
        processes.start("short", [sys.executable, "-c", "raise SystemExit('no disk')"])
        with pytest.raises(MancheteError, match=r"short ended unexpectedly .*\nno disk"):
            wait_until(processes.check)


def test_failed_command_is_reported_with_the_end_of_the_log(tmp_path):
    with ChildProcesses({}, tmp_path) as processes:
        processes.start("step", [sys.executable, "-c", "raise SystemExit('no table')"])
        with pytest.raises(MancheteError, match=r"step failed .*\nno table"):
            processes.wait("step")
        processes.check()


def test_commands_inherit_the_environment_and_receive_the_settings(tmp_path):
    with ChildProcesses({"MANCHETE_NEW": "new"}, tmp_path) as processes:
        script = "import os; print(os.environ['MANCHETE_NEW'], os.environ['PATH'])"
        processes.start("show", [sys.executable, "-c", script])
        processes.wait("show")
        assert processes.log_tail("show") == f"new {os.environ['PATH']}"
