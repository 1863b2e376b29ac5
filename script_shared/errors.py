"""The error tree.

MancheteError                an error with its place and its remedy
├── InputError               raw data is unusable; names file, row and field
├── SettingsError            a setting is missing, unknown or unsafe
├── NotEnoughDataError       the data is valid but too small
├── DownloadError            raw files could not be downloaded; a retry may succeed
├── PartitionError           a stage's output is missing or incomplete on the volume
├── VolumeFullError          the volume is full
├── VectorIndexError         a vector index is unavailable, or of another embedder or schema
├── EmbedderError            a text embedder cannot be loaded
├── EventLogError            the event log is unavailable; acknowledged events are safe
│   ├── EventsUnreadError        new events are on disk, but earlier ones cannot be read now
│   └── EventsCompactedError     requested events have been removed from the log
├── ReleaseStoreError        releases or their registry cannot be read or changed now
└── ReleaseError             a release cannot be used
    ├── ReleaseNotFoundError     no release has been published under that name
    └── ReleaseCorruptedError    a file is missing or differs from the manifest
"""

from __future__ import annotations

from typing import Self

_WHERE, _REMEDY = "  where:  ", "  remedy: "


class MancheteError(Exception):
    """An error that a person can act on.

    Attributes:
        what: one sentence that says what is wrong.
        where: file, row, field or setting, outermost first.
        remedy: one sentence that says what to do.
        details: further lines, such as the end of a log.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "", details: str = "") -> None:
        self.what, self.where, self.remedy, self.details = what, where, remedy, details
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" Remedy: {self.remedy}" if self.remedy else ""
        details = f"\n{self.details}" if self.details else ""
        return f"{place}{self.what}{advice}{details}"

    @property
    def text(self) -> str:
        """The error for a terminal: what, where and remedy on separate lines, then the details."""
        lines = [self.what]
        lines += [f"{_WHERE}{self.where}"] if self.where else []
        lines += [f"{_REMEDY}{self.remedy}"] if self.remedy else []
        lines += [self.details] if self.details else []
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse the output of `text`; lines that are neither place nor remedy belong to the sentence."""
        parts: dict[str, list[str]] = {"": [], _WHERE: [], _REMEDY: []}
        for line in text.splitlines():
            label = next((label for label in (_WHERE, _REMEDY) if line.startswith(label)), "")
            parts[label].append(line.removeprefix(label))
        what, where, remedy = ("\n".join(lines) for lines in parts.values())
        return cls(what, where=where, remedy=remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.remedy, self.details)


def _rebuild(kind: type[MancheteError], what: str, where: str, remedy: str, details: str) -> MancheteError:
    return kind(what, where=where, remedy=remedy, details=details)


class InputError(MancheteError):
    """Raw data is unusable."""

    @classmethod
    def at(
        cls, what: str, *, file: object, row: int | None = None, field: str | None = None, remedy: str = ""
    ) -> InputError:
        """Build the error for a place in a file; rows count from 1, and the header is row 1."""
        place = [str(file)]
        if row is not None:
            place.append(f"row {row}")
        if field is not None:
            place.append(f"field {field!r}")
        return cls(what, where=", ".join(place), remedy=remedy)


class SettingsError(MancheteError):
    """A setting is missing, unknown or unsafe."""


class NotEnoughDataError(MancheteError):
    """The data is valid but too small."""


class DownloadError(MancheteError):
    """Raw files could not be downloaded; a retry may succeed."""


class PartitionError(MancheteError):
    """A stage's output is missing or incomplete on the volume."""


class VolumeFullError(MancheteError):
    """The volume is full."""


class VectorIndexError(MancheteError):
    """A vector index is unavailable, or of another embedder or schema."""


class EmbedderError(MancheteError):
    """A text embedder cannot be loaded."""


class EventLogError(MancheteError):
    """The event log is unavailable; acknowledged events are safe."""


class EventsUnreadError(EventLogError):
    """New events are on disk, but earlier ones cannot be read now."""


class EventsCompactedError(EventLogError):
    """Requested events have been removed from the log."""


class ReleaseStoreError(MancheteError):
    """Releases or their registry cannot be read or changed now."""


class ReleaseError(MancheteError):
    """A release cannot be used."""


class ReleaseNotFoundError(ReleaseError):
    """No release has been published under that name."""


class ReleaseCorruptedError(ReleaseError):
    """A file of the release is missing or differs from its manifest."""
