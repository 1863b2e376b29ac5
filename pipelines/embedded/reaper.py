"""`python -m pipelines.embedded.reaper [FOLDER]`: clears up when its parent has ended, however it did.

It is told by lines on its input: `N` for a session that began, `-N` for one that is over. The input
ends when the parent does, even by a kill -9 that lets nobody clear up. What is left of the sessions is
ended then, and the folder removed where one is named.
"""

from __future__ import annotations

import shutil
import signal
import sys

from pipelines.embedded.process_groups import end

GRACE_SECONDS = 3


def main(folders: list[str]) -> None:
    """Wait for the end of the input, then end the sessions that are left and remove the folders."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sessions: set[int] = set()
    for line in sys.stdin:
        number = int(line)
        sessions = sessions | {number} if number > 0 else sessions - {-number}
    end(sessions, GRACE_SECONDS)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
