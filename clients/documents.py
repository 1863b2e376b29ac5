"""The OpenAPI documents of all domains: as the code makes them, and as they are committed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.domains.registry import DOMAIN_APIS
from app.main import create_app
from app.settings import ApiSettings
from clients.breaking_changes import find_breaking_changes

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "openapi"
_VERSION = re.compile(r"^## \[?(\d+)\.\d+\.\d+", re.MULTILINE)


def build_documents() -> dict[str, dict[str, Any]]:
    """Return the document of each domain, by the domain's name."""
    with TemporaryDirectory() as root:
        settings = {name: ApiSettings(data_root=Path(root), domain=name, env="dev") for name in DOMAIN_APIS}
        return {name: create_app(settings[name]).openapi() for name in DOMAIN_APIS}


def format_document(document: dict[str, Any]) -> str:
    """Return a document as it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def find_problems(documents: dict[str, dict[str, Any]], folder: Path, changelog: str) -> list[str]:
    """Return the breaking changes since the committed documents, unless the major version is higher.

    Args:
        documents: the new documents, by domain.
        folder: of the committed documents; a domain without one has no breaking change.
        changelog: the text of the changelog; its newest version counts.
    """
    problems = []
    for name, document in documents.items():
        path = folder / f"{name}.json"
        if not path.exists():
            continue
        committed = json.loads(path.read_text(encoding="utf-8"))
        newest = _VERSION.search(changelog)
        if newest and int(newest[1]) > int(committed["info"]["version"].partition(".")[0]):
            continue
        problems += [f"{name}: {change}" for change in find_breaking_changes(committed, document)]
    return problems


def find_outdated(documents: dict[str, dict[str, Any]], folder: Path) -> list[str]:
    """Return the domains whose committed document differs from the new one or is missing."""
    paths = {name: folder / f"{name}.json" for name in documents}
    return [
        name
        for name, document in documents.items()
        if not paths[name].exists() or paths[name].read_text(encoding="utf-8") != format_document(document)
    ]
