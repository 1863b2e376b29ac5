"""Events for tests, and a program that appends events until it is killed.

python -m tests.support.data.events <url> <writer> [maximum file size in bytes]

prints the ids of each batch once the log has acknowledged it, and exits at the first error.
"""

import resource
import sys
from itertools import count
from pathlib import Path

from script_shared.errors import MancheteError
from script_shared.events.event import Event
from script_shared.events.factory import open_log


def make_event(name, user="u1", item="i1", time_ms=1_700_000_000_000, **fields):
    return Event(str(name), user, item, time_ms, **fields)


def make_events(names, **fields):
    return [make_event(name, **fields) for name in names]


def read_events(log, after=0, limit=1_000):
    """Return all (offset, event) pairs after an offset, read in batches of `limit`."""
    pairs = []
    while rows := log.read(pairs[-1][0] if pairs else after, limit):
        pairs += rows
    return pairs


def main(url, writer, max_bytes=None):
    if max_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(max_bytes), int(max_bytes)))
    log = open_log(url, Path("/nowhere"))
    for batch in count():
        ids = [f"{writer}-{batch}-{position}" for position in range(7)]
        try:
            log.append(make_events(ids))
        except MancheteError as error:
            sys.stdout.write(f"{type(error).__name__}: {error}\n")
            sys.stdout.flush()
            return
        sys.stdout.write("".join(f"{event_id}\n" for event_id in ids))
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
