"""`python -m pipelines.embedded.reaper [FOLDER]`: cleans up after its parent process.

The parent writes a line to the standard input: `N` when session N starts, `-N` when it has ended. The input
ends with the parent, even after a kill -9. Then the reaper terminates the remaining sessions and deletes the
folder.
"""

from __future__ import annotations

import shutil
import signal
import sys

from pipelines.embedded.process_groups import terminate_sessions

GRACE_SECONDS = 3


def main(folders: list[str]) -> None:
    """Wait for the end of the input, then terminate the remaining sessions and delete the folders."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sessions: set[int] = set()
    for line in sys.stdin:
        session = int(line)
        sessions = sessions | {session} if session > 0 else sessions - {-session}
    terminate_sessions(sessions, GRACE_SECONDS)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
