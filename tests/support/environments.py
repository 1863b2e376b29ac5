"""Environments with fewer packages than the one that runs the tests."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def link_packages(requirements: Path, site: Path) -> None:
    """Fill `site` with links to the installed packages that a compiled requirements file lists."""
    for name in re.findall(r"^([\w.-]+)==", requirements.read_text(), re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:  # listed for another platform
            continue
        for top in {file.parts[0] for file in found.files} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(found.locate_file(top))
