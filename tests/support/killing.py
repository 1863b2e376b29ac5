"""Kills what Airflow runs in the middle of its work, and tells what is left on the volume."""

import hashlib
import os
import signal
from contextlib import suppress

import psutil

from pipelines.embedded.process_groups import members
from tests.support.embedded import wait_until

_ALIVE = (psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING, psutil.STATUS_DISK_SLEEP)


def lives(process):
    """Tell whether a process is there and no zombie."""
    try:
        return process.is_running() and process.status() in _ALIVE
    except psutil.NoSuchProcess:
        return False


def kill_while_writing(session, instance, folder, drafts):
    """Kill -9 the task that writes a draft in a folder, and return what is left of the draft.

    Args:
        session: of the scheduler.
        instance: the id of the task instance, which is at work. Others may be as well.
        folder: where it writes.
        drafts: what its drafts are called.
    """
    task = wait_until(lambda: _process_of(session, instance), pause=0.01)
    draft = _draft_of(task, folder, drafts)
    task.kill()
    psutil.wait_procs([task])
    assert draft.exists(), "the task was quicker than we"
    return draft


def _process_of(session, instance):
    """Return the process in which the task's own code runs."""
    for pid in members({session}):
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if " ".join(process.cmdline()).strip() == f"airflow worker -- {instance}":
                return process
    return None


def _draft_of(task, folder, drafts):
    """Look for a draft without a pause: some tasks write for a few milliseconds only."""
    while lives(task):
        if draft := next(folder.glob(drafts), None):
            return draft
    raise AssertionError("the task ended, and no draft was seen")


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
