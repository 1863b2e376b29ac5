"""The console of all commands: shared by all progress bars, safe text, error messages."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from script_shared.errors import MancheteError

CONSOLE = Console(stderr=True)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def sanitise(text: str) -> Text:
    """Return untrusted text without markup and without control characters."""
    return Text(_CONTROL.sub("\ufffd", text))


def print_error(error: MancheteError) -> None:
    """Print an error to stderr."""
    for line in error.text.splitlines():
        CONSOLE.print(sanitise(line.expandtabs()), style="red", soft_wrap=True)


def run_command(command: Callable[[], None]) -> None:
    """Run a command; print an error that a user can correct without a traceback, and exit with status 2."""
    try:
        command()
    except MancheteError as error:
        print_error(error)
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        remedy = "check that the path exists and that this user may read and write it"
        print_error(MancheteError(error.strerror or str(error), where=str(error.filename), remedy=remedy))
        sys.exit(2)
