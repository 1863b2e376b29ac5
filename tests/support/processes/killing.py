"""Kills Airflow tasks while they write, and inspects the volume afterwards."""

import hashlib
import os
import signal
from contextlib import suppress

import psutil

from pipelines.embedded.process_groups import list_processes
from tests.support.processes.embedded import wait_until

_ALIVE = (psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING, psutil.STATUS_DISK_SLEEP)


def is_running(process):
    """Return whether a process exists and is not a zombie."""
    try:
        return process.is_running() and process.status() in _ALIVE
    except psutil.NoSuchProcess:
        return False


def kill_while_writing(session, instance, folder, drafts):
    """Kill -9 the task that writes a draft folder; return the path of the draft.

    Args:
        session: the session of the scheduler.
        instance: the id of the running task instance.
        folder: the folder in which it writes.
        drafts: the glob pattern of its drafts.
    """
    task = wait_until(lambda: _find_process(session, instance), pause=0.01)
    draft = _find_draft(task, folder, drafts)
    task.kill()
    psutil.wait_procs([task])
    assert draft.exists(), "the task ended before it was killed"
    return draft


def _find_process(session, instance):
    """Return the process that executes the task's code."""
    for pid in list_processes({session}):
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if " ".join(process.cmdline()).strip() == f"airflow worker -- {instance}":
                return process
    return None


def _find_draft(task, folder, drafts):
    """Search for a draft without a pause: some tasks write for only a few milliseconds."""
    while is_running(task):
        if draft := next(folder.glob(drafts), None):
            return draft
    raise AssertionError("the task ended, and no draft was found")


def kill_session(session):
    """Kill -9 all processes of a session, as the end of a container or a machine does."""
    while pids := list_processes({session}):
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


def hash_files(folder):
    """Return the digest of every file below a folder by path, without drafts and locks."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def find_drafts(folder):
    """Return the unfinished folders and files below a folder."""
    return list(folder.rglob(".[wf]*ing-*"))
