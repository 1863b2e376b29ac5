"""The terminal: one console for everybody, so that progress bars do not overwrite each other, and errors."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from script_shared.errors import MancheteError

CONSOLE = Console(stderr=True)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def plain(words: str) -> Text:
    """Return text of strangers as it may be printed: no markup, nothing that steers a terminal."""
    return Text(_CONTROL.sub("\ufffd", words))


def print_error(error: MancheteError) -> None:
    """Print an error on stderr, line by line."""
    for line in error.text.splitlines():
        CONSOLE.print(plain(line.expandtabs()), style="red", soft_wrap=True)


def run_command(command: Callable[[], None]) -> None:
    """Run a command; an error that a person can act on is printed without a traceback, with exit status 2."""
    try:
        command()
    except MancheteError as error:
        print_error(error)
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        print_error(
            MancheteError(
                error.strerror or str(error),
                where=str(error.filename),
                remedy="check that the path exists and that this user may read and write it",
            )
        )
        sys.exit(2)
