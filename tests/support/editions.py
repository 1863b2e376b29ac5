"""Real releases made of another one: written by the store and named by the registry, as the pipeline does."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from script_shared.releases.manifest import MANIFEST, Facts
from script_shared.releases.registry import CHAMPION, Registry
from script_shared.releases.store import write_release

CATALOGUE = "catalogue.parquet"


def publish_edition(registry, base, name, change=lambda folder: None, alias=CHAMPION, **facts):
    """Publish `base` again under an alias: every title is `name`, the rest is what `change` makes of it."""
    said = base.manifest.model_dump(include=set(Facts.model_fields)) | {"run": name} | facts

    def fill(draft: Path) -> None:
        shutil.copytree(base.folder, draft, dirs_exist_ok=True)
        (draft / MANIFEST).unlink()
        entitle(draft / CATALOGUE, name)
        change(draft)

    release = write_release(registry.folder, Facts(**said), fill)
    registry.publish(release.id, alias)
    return release


def entitle(path, title):
    table = pq.ParquetFile(path).read()
    column = table.column_names.index("title")
    pq.write_table(table.set_column(column, "title", pa.array([title] * len(table))), path)


def registry_at(data_root):
    folder = data_root / "news" / "releases"
    folder.mkdir(parents=True)
    return Registry(folder)
