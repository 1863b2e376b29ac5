"""What a Dockerfile puts into its image, brought together in a folder: nothing else is there."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def last_stage(dockerfile):
    """Return the instructions of the image itself, continuation lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / dockerfile).read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    first = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    return [tuple(line.split(maxsplit=1)) for line in lines[first:] if line]


def copy_into(dockerfile, folder):
    """Do the COPY instructions of the image that read the repository."""
    for word, rest in last_stage(dockerfile):
        if word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                _copy(
                    ROOT / source,
                    folder / target / source.split("/")[-1] if target.endswith("/") else folder / target,
                )


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def environment_of(dockerfile):
    """Return the variables that the image sets."""
    told = " ".join(rest for word, rest in last_stage(dockerfile) if word == "ENV")
    return dict(pair.split("=", 1) for pair in told.split())
