"""Releases of a few bytes, for tests of the store that do not need models."""

import numpy as np

from script_shared.arrays import Bundle
from script_shared.clock import FixedClock
from script_shared.releases.manifest import Facts
from script_shared.releases.store import write_release

TINY_FACTS = Facts(domain="news", run="run", as_of_ms=0)


def write_tiny_release(root, mark="first", *, fill=None):
    """Write a release with two bundles and a JSON file; `mark` distinguishes it from others."""
    return write_release(root, TINY_FACTS, fill or fill_tiny_release(mark), FixedClock(0))


def fill_tiny_release(mark):
    """Return the function that writes the files of a release."""

    def fill(folder):
        Bundle({"values": np.arange(3.0)}, {"mark": mark}).write(folder / "models" / "a")
        Bundle({"values": np.arange(5)}).write(folder / "state" / "b")
        (folder / "evaluation.json").write_text("[]")

    return fill
