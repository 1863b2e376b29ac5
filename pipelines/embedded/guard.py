"""`python -m pipelines.embedded.guard`: ends what its parent started when the parent has ended, however.

It is told by lines on its input: `N` for a session that began, `-N` for one that is over. The input
ends when the parent does, even by a kill -9 that lets nobody clean up.
"""

from __future__ import annotations

import signal
import sys

from pipelines.embedded.sessions import end

GRACE_SECONDS = 5


def main() -> None:
    """Wait for the end of the input, then end the sessions that are left."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sessions: set[int] = set()
    for line in sys.stdin:
        number = int(line)
        sessions = sessions | {number} if number > 0 else sessions - {-number}
    end(sessions, GRACE_SECONDS)


if __name__ == "__main__":
    main()
