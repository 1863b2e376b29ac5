"""Compares or writes the committed OpenAPI documents: `python -m clients check` or `write`."""

from __future__ import annotations

import sys

from clients.documents import FOLDER, ROOT, build_documents, find_outdated, find_problems, format_document

_BREAKING = "breaking changes of the API; restore it, or start a new major version in CHANGELOG.md:"
_OUTDATED = "outdated, run `make openapi`:"


def main(command: str) -> int:
    """Check or write the documents; both fail if a change breaks clients.

    Args:
        command: `check` or `write`.
    """
    documents = build_documents()
    problems = find_problems(documents, FOLDER, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    outdated = [f"docs/openapi/{name}.json" for name in find_outdated(documents, FOLDER)]
    if problems:
        return _fail(_BREAKING, problems)
    if command == "check":
        return _fail(_OUTDATED, outdated) if outdated else 0
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents.items():
        (FOLDER / f"{name}.json").write_text(format_document(document), encoding="utf-8")
    return 0


def _fail(title: str, lines: list[str]) -> int:
    sys.stderr.write("\n  ".join([title, *lines]) + "\n")
    return 1


if __name__ == "__main__":
    if sys.argv[1:] not in (["check"], ["write"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
