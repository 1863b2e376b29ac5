"""External programs of tests."""

import os
import shutil
import sys
from pathlib import Path

from tests.support.processes.postgres import find_program


def find_tool(name):
    """Return the path of a program, None where it is not installed.

    Searches the interpreter's folder, PATH, and the folders of Postgres.
    """
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return shutil.which(name, path=path) or find_program(name)
