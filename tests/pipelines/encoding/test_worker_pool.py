"""Processes that help a stage."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from pipelines.encoding.worker_pool import create_worker_pool

#: A program that must not be imported, and must not leave its helper behind when it is killed.
PROGRAM = """
import os, sys, time
from pipelines.encoding.worker_pool import create_worker_pool
if __name__ != "__main__":
    raise RuntimeError("the main module was imported anew")
with create_worker_pool(1) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_they_begin_as_they_are_told():
    with create_worker_pool(2, os.chdir, "/") as pool:
        assert set(pool.map(os.path.abspath, ["a", "b"])) == {"/a", "/b"}


def test_they_leave_the_main_module_alone_and_end_with_who_started_them(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, env=environment) as parent:
        helper = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    while helper.is_running() and helper.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
