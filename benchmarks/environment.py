"""The environment of peers that cannot live beside the product's packages."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from script_shared.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
FOLDER = ROOT / ".venv-benchmarks"


def prepare(requirements: Path = REQUIREMENTS, folder: Path = FOLDER) -> Path:
    """Return the interpreter of an environment that holds the requirements; made where it is missing.

    Args:
        requirements: pinned, with hashes.
        folder: of the environment.

    Raises:
        SettingsError: it could not be made.
    """
    ready = folder / f".requirements-{sha256(requirements.read_bytes()).hexdigest()[:16]}"
    python = folder / "bin" / "python"
    if not ready.exists():
        _uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _uv("pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(requirements))
        ready.touch()
    return python


def _uv(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    try:
        subprocess.run([uv, *arguments], check=True, capture_output=True, text=True)
    except FileNotFoundError as cause:
        raise SettingsError(
            "uv is not installed", where=str(uv), remedy="install the project's requirements"
        ) from cause
    except subprocess.CalledProcessError as cause:
        raise SettingsError(
            f"the peers' environment cannot be made: {cause.stderr.strip()}",
            where=arguments[-1],
            remedy="connect to a package index, or leave RecTools' peers out with --peers",
        ) from cause
