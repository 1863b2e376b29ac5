"""The source `webmedia`: reads and refines the files of the challenge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.domains.news.sources.base import FileSource
from pipelines.domains.news.sources.webmedia.articles import read_articles
from pipelines.domains.news.sources.webmedia.file_kinds import KINDS
from pipelines.domains.news.sources.webmedia.files import ARTICLES, READERS, require_files
from pipelines.domains.news.sources.webmedia.readers import read_readers_file
from pipelines.domains.news.tables import assemble_tables
from pipelines.domains.news.validation.catalogue_match import match_items
from pipelines.domains.news.validation.cleaning import clip_measures
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile
from pipelines.plans.plan import Refinement
from pipelines.validation.row_filter import RowFilter, concat_quarantines


@dataclass(slots=True)
class WebmediaSource(FileSource):
    """Reads with login state, time on the page, scroll depth and clicks, without the readers' regions.

    Attributes:
        name: the source's name in a plan.
    """

    name: str = "webmedia"

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Readers with their reads, items, and the validation set of the challenge."""
        return KINDS

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return the files of readers and articles; see `Source.require_files`."""
        return [*require_files(folder, READERS, where), *require_files(folder, ARTICLES, where)]

    def refine(self, folder: Path) -> Refinement:
        """Read readers and articles; reject and clean rows by the rules of news.

        Raises:
            InputError: a file is missing or cannot be used, or no read is left.
        """
        row_filters = {"readers": RowFilter(), "reads": RowFilter(), "items": RowFilter()}
        types, reads = _read_readers(folder, row_filters)
        reads, as_of_ms = self.clean_reads(reads, row_filters, "reads")
        reads, changes = clip_measures(reads)
        articles = read_articles(require_files(folder, ARTICLES, folder), row_filters["items"])
        match = match_items(reads["item_id"], articles["item_id"])
        report = {
            "readers": row_filters["readers"].count_rows(types.height),
            "reads": {**row_filters["reads"].count_rows(reads.height), "changed": changes},
            "items": row_filters["items"].count_rows(articles.height),
            "match": match.report,
        }
        types = types.drop_nulls().unique("user_id", keep="last")
        return Refinement(
            tables=assemble_tables(reads, articles, types),
            quarantine=concat_quarantines(row_filters),
            as_of_ms=as_of_ms,
            report=report,
            warnings=tuple(match.warnings),
            catalogue=articles if articles.height else None,
        )


def _read_readers(folder: Path, row_filters: dict[str, RowFilter]) -> tuple[pl.DataFrame, pl.DataFrame]:
    files = [read_readers_file(file, row_filters) for file in require_files(folder, READERS, folder)]
    return pl.concat(types for types, _ in files), pl.concat(reads for _, reads in files)
