"""Events for tests, and a program that appends them until it is killed.

python -m tests.support.events <address> <writer> [largest file in bytes]

prints the id of every event of a batch once the log has acknowledged it, and ends with the first error.
"""

import resource
import sys
from itertools import count
from pathlib import Path

from script_shared.errors import MancheteError
from script_shared.events.event import Event
from script_shared.events.factory import open_log


def event(name, user="u1", item="i1", time_ms=1_700_000_000_000, **more):
    return Event(str(name), user, item, time_ms, **more)


def events(names, **more):
    return [event(name, **more) for name in names]


def follow(log, after=0, limit=1_000):
    """Everything there is after an offset, read in pieces."""
    found = []
    while rows := log.read(found[-1][0] if found else after, limit):
        found += rows
    return found


def main(address, writer, largest=None):
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    log = open_log(address, Path("/nowhere"))
    for batch in count():
        ids = [f"{writer}-{batch}-{place}" for place in range(7)]
        try:
            log.append(events(ids))
        except MancheteError as error:
            sys.stdout.write(f"{type(error).__name__}: {error}\n")
            sys.stdout.flush()
            return
        sys.stdout.write("".join(f"{each}\n" for each in ids))
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
