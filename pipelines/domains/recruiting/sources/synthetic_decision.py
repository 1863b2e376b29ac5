"""The source `synthetic_decision`: generates the files of `decision` or of `tables`, and refines them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.domains.recruiting.sources.decision import DecisionSource
from pipelines.domains.recruiting.sources.tables import TablesSource
from pipelines.ingest.raw_files import RawFile
from pipelines.plans.plan import Refinement
from script_shared.errors import SettingsError

#: From this scale on, tables are generated: JSON files would take gigabytes.
TABLES_SCALE = 5.0
#: The generator's names of columns.
_COLUMNS = {
    "applications.timestamp": "applied_at",
    "openings.published_at": "created_at",
    "openings.body": "activities",
    "openings.skills": "competencies",
    "openings.is_sap": "sap",
    "openings.is_for_disabled": "pcd_opening",
    "applicants.published_at": "created_at",
    "applicants.body": "cv",
    "applicants.areas": "area",
    "applicants.has_corporate_email": "corporate_email",
}


@dataclass(slots=True)
class SyntheticDecisionSource(DecisionSource):
    """Generated openings, applications and applicants; scale 1 is the size of the published data.

    Attributes:
        seed: the same seed and scale give the same files.
    """

    name: str = "synthetic_decision"
    file_names: str = ""
    generated_bytes: int = 2 * 2**30
    seed: int = 1

    def recognises(self, folder: Path) -> bool:
        """Return False: the files look like those of `decision`."""
        return False

    def require_files(self, folder: Path, location: object) -> Sequence[RawFile]:
        """Return no file, because none is needed."""
        return []

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Generate the files: JSON below TABLES_SCALE, else Parquet.

        Args:
            uri: not used.
            scale: share of the published size, above 0.
            folder: an empty folder.

        Raises:
            SettingsError: the scale is out of range.
        """
        from pipelines.domains.recruiting.sources.synthetic import generate, generate_tables

        try:
            (generate if scale < TABLES_SCALE else generate_tables)(folder, scale, self.seed)
        except ValueError as cause:
            remedy = "give 0.02 for a small data set, 1 for the published size"
            raise SettingsError(str(cause), where="scale", remedy=remedy) from cause

    def refine(self, folder: Path) -> Refinement:
        """Refine the generated files; see `DecisionSource.refine` and `TablesSource.refine`."""
        tables = TablesSource(
            options={"map": _COLUMNS}, clock=self.clock, straggler_share=self.straggler_share
        )
        return tables.refine(folder) if tables.recognises(folder) else DecisionSource.refine(self, folder)
