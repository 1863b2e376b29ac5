"""Copies of a release, written by the store and published by the registry as in the pipeline."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from script_shared.releases.manifest import MANIFEST, Facts
from script_shared.releases.registry import CHAMPION, Registry

CATALOGUE = "catalogue.parquet"


def publish_copy(registry, base, name, change=lambda folder: None, alias=CHAMPION, **facts):
    """Publish a copy of a release under an alias; the other arguments are those of `write_copy`."""
    release = write_copy(registry, base, name, change, **facts)
    registry.publish(release.id, alias)
    return release


def write_copy(registry, base, name, change=lambda folder: None, **facts):
    """Write a copy of a release without publishing it.

    Args:
        registry: of the copy.
        base: the release to copy.
        name: title of every item, and the run; None keeps both.
        change: edits the files of the draft.
        facts: of the manifest.
    """
    renamed = {} if name is None else {"run": name}
    copied = base.manifest.model_dump(include=set(Facts.model_fields)) | renamed | facts

    def fill(draft: Path) -> None:
        shutil.copytree(base.folder, draft, dirs_exist_ok=True)
        (draft / MANIFEST).unlink()
        if name is not None:
            _set_titles(draft / CATALOGUE, name)
        change(draft)

    return registry.write(Facts(**copied), fill)


def _set_titles(path, title):
    table = pq.ParquetFile(path).read()
    column = table.column_names.index("title")
    pq.write_table(table.set_column(column, "title", pa.array([title] * len(table))), path)


def create_registry(data_root, domain="news"):
    """Create the registry of a domain on an empty data root."""
    folder = data_root / domain / "releases"
    folder.mkdir(parents=True)
    return Registry(folder)
