"""The source `webmedia`: the challenge's files, refined by all rules of news."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.domains.news.catalogue_match import match_items
from pipelines.domains.news.files import NewsFiles
from pipelines.domains.news.sources.webmedia.articles import read_articles
from pipelines.domains.news.sources.webmedia.files import ARTICLES, READERS, VALIDATION, require
from pipelines.domains.news.sources.webmedia.kinds import KINDS
from pipelines.domains.news.sources.webmedia.readers import read_readers
from pipelines.domains.news.tables import assemble, gather
from pipelines.domains.news.validation.cleaning import clip_measures
from pipelines.domains.news.validation.quarantine import RowFilter
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile
from pipelines.plan import Refinement


@dataclass(slots=True)
class Webmedia(NewsFiles):
    """Reads with login state, time on page, scroll and clicks; the readers' regions are not known.

    Attributes:
        name: the source's name in a plan.
    """

    name: str = "webmedia"

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Readers with their reads, items, and the reads that the challenge asks for."""
        return KINDS

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the readers', articles' and validation files into an empty folder.

        Args:
            uri: a folder with the files at their published places or side by side, or one zip.
            scale: not used: a real source has one size.
            folder: where the files go, at the same places.

        Raises:
            InputError: files are missing, or an archive cannot be used.
        """
        link_files(local_path(uri), (READERS, ARTICLES, VALIDATION), folder)
        self.require_files(folder, uri)

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return the readers' and articles' files; see `Source.require`."""
        return [*require(folder, READERS, where), *require(folder, ARTICLES, where)]

    def refine(self, folder: Path) -> Refinement:
        """Read readers and articles, by all rules of news.

        Raises:
            InputError: a file is missing or cannot be used, or no read is left.
        """
        sieves = {"readers": RowFilter(), "reads": RowFilter(), "items": RowFilter()}
        types, reads = _read(folder, sieves)
        reads, as_of_ms = self.settle(reads, sieves, "reads")
        reads, changed = clip_measures(reads)
        articles = read_articles(require(folder, ARTICLES, folder), sieves["items"])
        match = match_items(reads["item_id"], articles["item_id"])
        report = {
            "readers": sieves["readers"].balance(types.height),
            "reads": {**sieves["reads"].balance(reads.height), "changed": changed},
            "items": sieves["items"].balance(articles.height),
            "match": match.report,
        }
        types = types.drop_nulls().unique("user_id", keep="last")
        tables, catalogue = assemble(reads, articles, types), articles if articles.height else None
        return Refinement(tables, gather(sieves), as_of_ms, report, tuple(match.warnings), catalogue)


def _read(folder: Path, sieves: dict[str, RowFilter]) -> tuple[pl.DataFrame, pl.DataFrame]:
    parts = [read_readers(file, sieves) for file in require(folder, READERS, folder)]
    return pl.concat(types for types, _ in parts), pl.concat(reads for _, reads in parts)
