"""A release in memory, checked and ready to answer."""

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
from script_shared.inference.load import load_classifiers
from script_shared.inference.new_items import NewItemEncoder
from script_shared.inference.replica import Replica
from script_shared.inference.results import Recommendation
from script_shared.models.classifier import Classifier
from script_shared.releases.manifest import FORMAT_REMEDY, Manifest
from script_shared.releases.store import Release
from script_shared.types import Request

CATALOGUE = "catalogue.parquet"
EVALUATION = "evaluation.json"


@dataclass(frozen=True, slots=True)
class LoadedRelease:
    """A release in memory, checked and ready to answer.

    Attributes:
        domain_api: the API of its domain.
        manifest: describes the release.
        engine: answers requests.
        classifiers: the domain's classifiers, by name.
        replica: applies events to the engine.
        encoder: encodes the texts of new items, and of queries.
        catalogue: columns of the items.
        evaluation: one record for each segment and model.
        documents: what people read about the release, by file name.
        coverage: which items have been recommended since the release was loaded.
        data_from_ms: time of the first interaction in its data, ms UTC; None without interactions.
    """

    domain_api: DomainApi
    manifest: Manifest
    engine: Engine
    classifiers: Mapping[str, Classifier]
    replica: Replica
    encoder: NewItemEncoder
    catalogue: Catalogue
    evaluation: Sequence[Mapping[str, Any]]
    documents: Mapping[str, bytes]
    coverage: CatalogueCoverage
    data_from_ms: int | None

    @classmethod
    def load(
        cls, release: Release, domain_api: DomainApi, clock: Clock | None = None, cached_results: int = 0
    ) -> LoadedRelease:
        """Load an opened release and answer one request as a test.

        Args:
            release: a release whose files have been checked.
            domain_api: the API of the domain that is served.
            clock: overrides the release's clock.
            cached_results: how many recommendations the engine caches.

        Raises:
            ReleaseError: the release is for another domain, or a part of it cannot be used.
        """
        domain, manifest = domain_api.domain, release.manifest
        if manifest.domain != domain.name:
            raise ReleaseError(f"the release is for {manifest.domain!r}, not {domain.name!r}")
        try:
            engine = Engine.load(release, domain, clock, cached_results)
            classifiers = load_classifiers(release, domain)
        except KeyError as error:
            what = f"{error} is not in it: it was published by other code"
            raise ReleaseError(what, remedy=FORMAT_REMEDY) from error
        catalogue = _read_catalogue(release, domain_api.item_columns, engine.capacity - engine.free_positions)
        encoder = NewItemEncoder.load(release, domain)
        replica = Replica(engine, domain, manifest, encoder, catalogue.update, classifiers.values())
        evaluation = _read_evaluation(release)
        coverage, first_ms = CatalogueCoverage(len(catalogue), engine.capacity), engine.first_interaction_ms()
        parts = (domain_api, manifest, engine, classifiers, replica, encoder, catalogue)
        loaded_release = cls(*parts, evaluation, release.documents(), coverage, first_ms)
        loaded_release._answer_test_request()
        return loaded_release

    @property
    def id(self) -> str:
        """The release's id."""
        return self.manifest.release_id

    def count_items(self, recommendation: Recommendation) -> None:
        """Count the items of a recommendation in the coverage; those of a cached one once."""
        if "noted" not in recommendation.derived:
            positions = (item.item for item in recommendation.items)
            self.coverage.add(recommendation.segment, recommendation.model, positions)
            recommendation.derived["noted"] = b""

    def _answer_test_request(self) -> None:
        """Fail if a model cannot rank, or ranks an item whose row cannot be read."""
        self.engine.warm_up()
        for item in self.engine.recommend(Request(None, n=100)).items:
            self.catalogue.row(item.item)


def _read_catalogue(release: Release, columns: Sequence[str], items: int) -> Catalogue:
    path = release.path(CATALOGUE)
    catalogue = Catalogue.read(path, columns)
    if len(catalogue) != items:
        what = f"it has {len(catalogue)} rows, but the release has {items} items"
        raise ReleaseCorruptedError(what, where=str(path), remedy="publish a new release")
    return catalogue


def _read_evaluation(release: Release) -> Sequence[Mapping[str, Any]]:
    records = release.json(EVALUATION)
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        where = str(release.path(EVALUATION))
        what = "this is not a list of records"
        raise ReleaseCorruptedError(what, where=where, remedy="publish a new release")
    return [{name: _finite_or_none(value) for name, value in record.items()} for record in records]


def _finite_or_none(value: Any) -> Any:
    """Return None for NaN and infinity, which JSON cannot express."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
