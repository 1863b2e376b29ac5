"""The source `tables`: anybody's reads, refined by all rules of news."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.acquiring import link_files, local_path
from pipelines.domains.news.assembling import assemble, date_by_first_read, gather
from pipelines.domains.news.files import NewsFiles
from pipelines.domains.news.quarantine import Sieve
from pipelines.domains.news.refining import clip_measures
from pipelines.domains.news.sources.tables.files import INTERACTIONS, ITEMS, find, require_interactions
from pipelines.domains.news.sources.tables.items import read_items
from pipelines.domains.news.sources.tables.reads import UNZONED, newest_types, read_reads
from pipelines.file_kinds import FileKind
from pipelines.plan import Refinement
from pipelines.raw_files import RawFile


@dataclass(slots=True)
class TableFiles(NewsFiles):
    """Reads and items with documented columns; three of them are all that is needed.

    Attributes:
        name: the source's name in a plan.
    """

    name: str = "tables"

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Interactions, and items if there are any."""
        return INTERACTIONS, ITEMS

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the files of interactions and items into an empty folder.

        Args:
            uri: a folder, one zip, or one file of interactions.
            scale: not used: a real source has one size.
            folder: where the files go, at the same places.

        Raises:
            InputError: there are no interactions, or an archive cannot be used.
        """
        link_files(local_path(uri), [kind.pattern for kind in self.kinds], folder)
        require_interactions(folder, uri)

    def require(self, folder: Path, where: object) -> list[RawFile]:
        """Return the files of interactions; see `Source.require`."""
        return require_interactions(folder, where)

    def refine(self, folder: Path) -> Refinement:
        """Read interactions and items, by all rules of news.

        Raises:
            InputError: there are no interactions, a file cannot be used, or no read is left.
        """
        sieves = {"reads": Sieve(), "items": Sieve()}
        reads = read_reads(require_interactions(folder, folder), sieves["reads"])
        reads, as_of_ms = self.settle(reads, sieves, "reads")
        reads, changed = clip_measures(reads)
        items = read_items(find(folder, ITEMS), sieves["items"])
        tables, dated = date_by_first_read(assemble(reads, items, newest_types(reads)))
        report = {
            "reads": {
                **sieves["reads"].balance(reads.height),
                "changed": {
                    **changed,
                    **sieves["reads"].cleared,
                    "time without an offset taken as UTC": int(reads[UNZONED].sum()),
                },
            },
            "items": {
                **sieves["items"].balance(items.height),
                "changed": {**sieves["items"].cleared, "published_at taken from the first read": dated},
            },
        }
        return Refinement(tables, gather(sieves), as_of_ms, report, items if items.height else None)
