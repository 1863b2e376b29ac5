"""The worker processes of a stage."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from pipelines.encoding.worker_pool import create_worker_pool

#: A program that its worker must not import; when it is killed, the worker must exit.
PROGRAM = """
import os, sys, time
from pipelines.encoding.worker_pool import create_worker_pool
if __name__ != "__main__":
    raise RuntimeError("the main module was imported again")
with create_worker_pool(1) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_workers_run_the_initializer():
    with create_worker_pool(2, os.chdir, "/") as pool:
        assert set(pool.map(os.path.abspath, ["a", "b"])) == {"/a", "/b"}


def test_workers_do_not_import_the_main_module_and_exit_with_the_parent(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, env=environment) as parent:
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    while worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
