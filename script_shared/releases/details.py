"""What a person needs to know about a release, and how two releases differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel

from script_shared.releases.base import ReleaseRegistry
from script_shared.releases.manifest import Manifest

_DESCRIBED = {
    "domain",
    "run",
    "created_at",
    "as_of_ms",
    "replay",
    "data_fingerprint",
    "suspected_bots",
    "metrics",
}
_COMPARED = _DESCRIBED - {"metrics"} | {"log_after", "log_until"}


class Value(BaseModel):
    """A value of a manifest; the name is its path, such as `als.alpha`."""

    name: str
    value: Any


class ReleaseDetails(BaseModel):
    """A release: its manifest with counts instead of files and items.

    Attributes:
        release: id of the release.
        version: its version number; None before its first publication.
        aliases: aliases that point at it.
        domain: name of the domain.
        run: id of the pipeline run.
        created_at: wall time at which the release was written.
        as_of_ms: end of the data, ms UTC.
        replay: whether the data is replayed.
        data_fingerprint: digest of the refined training data.
        suspected_bots: number of users left out of training.
        withdrawn_items: number of items that must not be recommended.
        files: number of files.
        bytes: size of all files.
        parameters: JSON values from which segments, models and state are built.
        segments: model and further properties of each segment, such as `logged.model`.
        metrics: by segment, the summary of the evaluation.
    """

    release: str
    version: int | None
    aliases: tuple[str, ...]
    domain: str
    run: str
    created_at: AwareDatetime
    as_of_ms: int
    replay: bool
    data_fingerprint: str
    suspected_bots: int
    withdrawn_items: int
    files: int
    bytes: int
    parameters: list[Value]
    segments: list[Value]
    metrics: Mapping[str, Any]


class Difference(BaseModel):
    """A value that differs; None where a release does not have it."""

    name: str
    before: Any
    after: Any


class ReleaseDiff(BaseModel):
    """How a release differs from another one, the base.

    Attributes:
        base: id of the base.
        release: id of the release.
        facts: differences of data and run.
        parameters, segments, metrics: differences by path, such as `logged.ndcg`.
        added_files, removed_files, changed_files: paths within the release.
    """

    base: str
    release: str
    facts: list[Difference]
    parameters: list[Difference]
    segments: list[Difference]
    metrics: list[Difference]
    added_files: list[str]
    removed_files: list[str]
    changed_files: list[str]


def describe_release(registry: ReleaseRegistry, name: str) -> ReleaseDetails:
    """Describe a release.

    Args:
        registry: contains the release.
        name: its id, its version or an alias.

    Raises:
        ReleaseNotFoundError: there is no such release.
        ReleaseError: its manifest cannot be used.
    """
    release_id, state = registry.resolve(name), registry.state()
    manifest = registry.read_manifest(release_id)
    return ReleaseDetails(
        release=release_id,
        version=state.versions.get(release_id),
        aliases=state.find_aliases(release_id),
        withdrawn_items=len(manifest.withdrawn),
        files=len(manifest.files),
        bytes=sum(file.bytes for file in manifest.files.values()),
        parameters=_list_values(manifest.parameters),
        segments=_list_values(manifest.segments),
        **manifest.model_dump(include=_DESCRIBED),
    )


def diff_releases(registry: ReleaseRegistry, base: str, name: str) -> ReleaseDiff:
    """Compare a release with another one; arguments and errors are those of `describe_release`."""
    before, after = (registry.read_manifest(registry.resolve(wanted)) for wanted in (base, name))
    known, new = before.files, after.files
    return ReleaseDiff(
        base=before.release_id,
        release=after.release_id,
        facts=_compare(_select_facts(before), _select_facts(after)),
        parameters=_compare(before.parameters, after.parameters),
        segments=_compare(before.segments, after.segments),
        metrics=_compare(before.metrics, after.metrics),
        added_files=sorted(new.keys() - known.keys()),
        removed_files=sorted(known.keys() - new.keys()),
        changed_files=sorted(name for name in new.keys() & known.keys() if new[name] != known[name]),
    )


def _list_values(values: Mapping[str, Any]) -> list[Value]:
    return [Value(name=name, value=value) for name, value in _flatten(values)]


def _select_facts(manifest: Manifest) -> dict[str, Any]:
    facts = manifest.model_dump(mode="json", include=_COMPARED)
    counts = {"withdrawn_items": len(manifest.withdrawn), "expiring_items": len(manifest.expires_ms)}
    return facts | counts


def _compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    old, new = dict(_flatten(before)), dict(_flatten(after))
    return [
        Difference(name=name, before=old.get(name), after=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path of each value that is not a mapping, with the value."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
