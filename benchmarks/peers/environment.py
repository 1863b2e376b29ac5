"""The virtual environment of peers whose requirements conflict with the product's."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from script_shared.errors import SettingsError

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "benchmarks" / "requirements.txt"
FOLDER = ROOT / ".venv-benchmarks"


def create_environment(requirements: Path = REQUIREMENTS, folder: Path = FOLDER) -> Path:
    """Create the environment where it is missing; return its interpreter.

    Args:
        requirements: pinned, with hashes.
        folder: of the environment.

    Raises:
        SettingsError: the environment cannot be created.
    """
    stamp = folder / f".requirements-{sha256(requirements.read_bytes()).hexdigest()[:16]}"
    python = folder / "bin" / "python"
    if not stamp.exists():
        _run_uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _run_uv("pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(requirements))
        stamp.touch()
    return python


def _run_uv(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    try:
        subprocess.run([uv, *arguments], check=True, capture_output=True, text=True)
    except FileNotFoundError as cause:
        raise SettingsError(
            "uv is not installed", where=str(uv), remedy="install the project's requirements"
        ) from cause
    except subprocess.CalledProcessError as cause:
        raise SettingsError(
            f"the peers' environment cannot be created: {cause.stderr.strip()}",
            where=arguments[-1],
            remedy="connect to a package index, or leave RecTools' peers out with --peers",
        ) from cause
