"""The content of a Docker image without an engine: its instructions, files and variables."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[3]


def image_instructions(dockerfile):
    """Return the instructions of the last stage as (keyword, arguments), continuation lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / dockerfile).read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    first = max(number for number, line in enumerate(lines) if line.startswith("FROM "))
    return [tuple(line.split(maxsplit=1)) for line in lines[first:] if line]


def copy_image_files(dockerfile, folder):
    """Copy the image's files of this repository into a folder."""
    for keyword, arguments in image_instructions(dockerfile):
        if keyword == "COPY" and not arguments.startswith("--from"):
            *sources, target = arguments.split()
            for source in sources:
                name = source.split("/")[-1] if target.endswith("/") else ""
                _copy(ROOT / source, folder / target / name)


def _copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def image_environment(dockerfile):
    """Return the environment variables of the image."""
    variables = " ".join(
        arguments for keyword, arguments in image_instructions(dockerfile) if keyword == "ENV"
    )
    return dict(variable.split("=", 1) for variable in variables.split())
