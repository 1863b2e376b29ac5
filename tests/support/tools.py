"""Programs that some tests drive; they come from the system or lie beside the interpreter."""

import os
import shutil
import sys
from pathlib import Path

from tests.support.postgres import find_program


def find_tool(name):
    """Return where a program lies, None where it is not installed."""
    here = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return shutil.which(name, path=here) or find_program(name)
