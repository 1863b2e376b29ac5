"""What is served: a release in memory that has been checked and tried."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domains.base import DomainApi
from app.metrics.catalogue_coverage import CatalogueCoverage
from app.serving.catalogue import Catalogue
from script_shared.clock import Clock
from script_shared.errors import ReleaseCorruptedError, ReleaseError
from script_shared.inference.engine import Engine
from script_shared.inference.new_items import NewItemEncoder
from script_shared.inference.replica import Replica
from script_shared.releases.manifest import FORMAT_REMEDY
from script_shared.releases.store import Release
from script_shared.types import Request

CATALOGUE = "catalogue.parquet"
EVALUATION = "evaluation.json"


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A loaded release, ready to answer: engine, catalogue, evaluation, and what has been shown of it.

    `data_from_ms` is the first read that its data knows, None where it knows none.

    Its `replica` folds events into the engine.
    """

    release: Release
    engine: Engine
    replica: Replica
    catalogue: Catalogue
    evaluation: Sequence[Mapping[str, Any]]
    coverage: CatalogueCoverage
    data_from_ms: int | None

    @classmethod
    def load(
        cls, release: Release, endpoint: DomainApi, clock: Clock | None = None, ahead: int = 0
    ) -> LoadedRelease:
        """Load an opened release and ask it once, before anybody else does.

        Args:
            release: whose files have been checked.
            endpoint: what it is to be served as.
            clock: overrides the release's own.
            ahead: how many lists are kept to be given again while they hold.

        Raises:
            ReleaseError: it is for another domain, or a part of it cannot be used.
        """
        domain, manifest = endpoint.domain, release.manifest
        if manifest.domain != domain.name:
            raise ReleaseError(f"the release is for {manifest.domain!r}, not {domain.name!r}")
        try:
            engine = Engine.load(release, domain, clock, ahead)
        except KeyError as error:
            what = f"{error} is not in it: it was published by other code"
            raise ReleaseError(what, remedy=FORMAT_REMEDY) from error
        catalogue = Catalogue.read(release.path(CATALOGUE), endpoint.shown)
        replica = Replica(engine, domain, manifest, NewItemEncoder.load(release, domain), catalogue.tell)
        coverage = CatalogueCoverage(len(catalogue), engine.capacity)
        start = engine.first_interaction_ms()
        served = cls(release, engine, replica, catalogue, _evaluation(release), coverage, start)
        served._try()
        return served

    def _try(self) -> None:
        """What cannot rank, or names what the catalogue lacks, is broken."""
        self.engine.warm_up()
        for each in self.engine.recommend(Request(None, n=100)).items:
            self.catalogue.row(each.item)


def _evaluation(release: Release) -> Sequence[Mapping[str, Any]]:
    records = release.json(EVALUATION)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        where = str(release.path(EVALUATION))
        raise ReleaseCorruptedError(
            "this is not a list of records", where=where, remedy="publish a new release"
        )
    return [{name: _plain(value) for name, value in record.items()} for record in records]


def _plain(value: Any) -> Any:
    """Turn what JSON has no word for, a mean of nothing, into null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
