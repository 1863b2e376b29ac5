"""Site-packages folders with fewer packages than the environment of the tests."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path


def link_packages(requirements: Path, site: Path) -> None:
    """Fill `site` with links to the installed packages of a compiled requirements file."""
    for name in re.findall(r"^([\w.-]+)==", requirements.read_text(), re.MULTILINE):
        try:
            package = distribution(name)
        except PackageNotFoundError:  # listed for another platform
            continue
        for top in {file.parts[0] for file in package.files} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(package.locate_file(top))
