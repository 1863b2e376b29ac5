"""Kills what Airflow runs in the middle of its work, and tells what is left on the volume."""

import hashlib
import os
import signal

import psutil

from pipelines.embedded.sessions import members
from tests.support.embedded import wait_until

#: What Airflow calls the processes in which a task's own code runs; its idle workers add `LocalExecutor`.
_TITLE = "airflow worker -- "
_ALIVE = (psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING, psutil.STATUS_DISK_SLEEP)


def task_processes(session):
    """Return the processes of a scheduler's session in which the code of a task runs."""
    return [each for each in map(_process, members({session})) if each and _runs_a_task(each)]


def _process(pid):
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _runs_a_task(process):
    try:
        title = " ".join(process.cmdline())
        return title.startswith(_TITLE) and "LocalExecutor" not in title and lives(process)
    except psutil.NoSuchProcess:
        return False


def lives(process):
    """Tell whether a process is there and no zombie."""
    return process.is_running() and process.status() in _ALIVE


def kill_while_writing(session, folder, drafts):
    """Kill -9 the task that writes a draft in a folder, and return what is left of the draft.

    It is looked for without a pause: some tasks write for a few milliseconds only.
    """
    # As long as all that comes before that task may take on a busy machine.
    task, draft = wait_until(lambda: _task_and_draft(session, folder, drafts), seconds=600, pause=0)
    task.kill()
    psutil.wait_procs([task])
    assert draft.exists(), "the task was quicker than we"
    return draft


def _task_and_draft(session, folder, drafts):
    for task in task_processes(session):
        while _runs_a_task(task):
            if draft := next(folder.glob(drafts), None):
                return task, draft
    return None


def kill_session(session):
    """Kill -9 a child of ours and all that it started, as the end of its container or its machine would."""
    while left := members({session}):
        for each in left:
            os.kill(each, signal.SIGKILL)


def bytes_below(folder):
    """Return the digest of every file in a folder by its path; drafts and locks are left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def drafts_below(folder):
    """Return the unfinished folders and files that lie anywhere below a folder."""
    return list(folder.rglob(".[wf]*ing-*"))
