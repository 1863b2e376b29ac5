"""Finds the files of the challenge."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.ingest.raw_files import RawFile, find_files
from script_shared.errors import InputError

# The files may be in one common folder, as archives are often packed.
READERS = re.compile(r"(?:[^/]+/)?(?:files/treino/)?treino_parte\d+\.csv")
ARTICLES = re.compile(r"(?:[^/]+/)?(?:itens/itens/|itens/)?itens-parte\d+\.csv")
VALIDATION = re.compile(r"(?:[^/]+/)?(?:files/)?validacao\.csv")

_EXAMPLES = {READERS: "treino_parte1.csv …", ARTICLES: "itens-parte1.csv …", VALIDATION: "validacao.csv"}


def require_files(folder: Path, kind: re.Pattern[str], where: object) -> list[RawFile]:
    """Return the files of a kind.

    Args:
        folder: the folder to search.
        kind: READERS, ARTICLES or VALIDATION.
        where: the name of the folder in the error, as the user gave it.

    Raises:
        InputError: there is no such file, or an archive cannot be used.
    """
    files = find_files(folder, kind)
    if not files:
        remedy = "give the folder or the zip of the whole archive"
        raise InputError.at(f"there is no {_EXAMPLES[kind]}", file=where, remedy=remedy)
    return files
