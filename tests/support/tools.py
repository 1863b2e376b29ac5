"""Programs that some tests drive; they come from the system or lie beside the interpreter."""

import os
import shutil
import sys
from pathlib import Path

_PLACES = [Path(sys.executable).parent, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def find_tool(name):
    """Return where a program lies, None where it is not installed."""
    return shutil.which(name, path=os.pathsep.join([*map(str, _PLACES), os.environ["PATH"]]))
