"""Writes a JSON file of records by code, one record a line, without keeping them in memory."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Record = dict[str, Any]


def write_records(path: Path, records: Iterable[tuple[str, Record]]) -> None:
    """Write `{"code": record, …}`."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        separator = "{\n"
        for code, record in records:
            file.write(f"{separator}{json.dumps(code)}: {json.dumps(record, ensure_ascii=False)}")
            separator = ",\n"
        file.write("\n}\n")


def limit_keys(record: Record, limit: int) -> Record:
    """Return the first keys: the export cuts a section off after a number of them."""
    return dict(list(record.items())[:limit])
