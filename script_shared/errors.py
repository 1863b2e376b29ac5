"""The error tree.

MancheteError                what was wrong, where, and what to do
├── InputError               raw data that cannot be used: names file, row and field
├── SettingsError            a setting that is missing, unknown or unsafe
├── NotEnoughDataError       the data is sound but too small for what was asked
├── DownloadError            raw files could not be fetched now; trying again may help
├── PartitionError           a stage's output is missing or unfinished on the volume
├── VolumeFullError          there is no room on the volume
├── EventLogError            the event log cannot be reached or written now; what it acknowledged is unharmed
│   ├── EventsUnreadError        what was logged is on disk, and what came before it cannot be read now
│   └── EventsCompactedError     events that are asked for have been taken out of the log
└── ReleaseError             a release cannot be used
    ├── ReleaseNotFoundError     nothing has been published under that name
    └── ReleaseCorruptedError    a file is missing or differs from the manifest
"""

from __future__ import annotations

from typing import Self

_WHERE, _REMEDY = "  where:  ", "  remedy: "


class MancheteError(Exception):
    """An error a person can act on.

    Attributes:
        what: one sentence, what is wrong.
        where: the place (file, row, field, setting), outermost first.
        remedy: one sentence, what to do about it.
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
        """The error for a terminal: what, where and remedy on lines of their own, then the details."""
        lines = [self.what]
        lines += [f"{_WHERE}{self.where}"] if self.where else []
        lines += [f"{_REMEDY}{self.remedy}"] if self.remedy else []
        lines += [self.details] if self.details else []
        return "\n".join(lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read back what `text` gave; lines that are neither place nor remedy belong to the sentence."""
        parts: dict[str, list[str]] = {"": [], _WHERE: [], _REMEDY: []}
        for line in text.splitlines():
            label = next((each for each in (_WHERE, _REMEDY) if line.startswith(each)), "")
            parts[label].append(line.removeprefix(label))
        what, where, remedy = ("\n".join(lines) for lines in parts.values())
        return cls(what, where=where, remedy=remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.remedy, self.details)


def _rebuild(kind: type[MancheteError], what: str, where: str, remedy: str, details: str) -> MancheteError:
    return kind(what, where=where, remedy=remedy, details=details)


class InputError(MancheteError):
    """Raw data that cannot be used."""

    @classmethod
    def at(
        cls, what: str, *, file: object, row: int | None = None, field: str | None = None, remedy: str = ""
    ) -> InputError:
        """Build the error for one place in a file; rows count from 1, the header being row 1."""
        place = [str(file)]
        if row is not None:
            place.append(f"row {row}")
        if field is not None:
            place.append(f"field {field!r}")
        return cls(what, where=", ".join(place), remedy=remedy)


class SettingsError(MancheteError):
    """A setting that is missing, unknown or unsafe."""


class NotEnoughDataError(MancheteError):
    """The data is sound but too small for what was asked."""


class DownloadError(MancheteError):
    """Raw files could not be fetched now; trying again may help."""


class PartitionError(MancheteError):
    """A stage's output is missing or unfinished on the volume."""


class VolumeFullError(MancheteError):
    """There is no room on the volume."""


class EventLogError(MancheteError):
    """The event log cannot be reached or written now; what it acknowledged is unharmed."""


class EventsUnreadError(EventLogError):
    """What was logged is on disk, and what came before it cannot be read now."""


class EventsCompactedError(EventLogError):
    """Events that are asked for have been taken out of the log."""


class ReleaseError(MancheteError):
    """A release cannot be used."""


class ReleaseNotFoundError(ReleaseError):
    """Nothing has been published under that name."""


class ReleaseCorruptedError(ReleaseError):
    """A file of the release is missing or differs from its manifest."""
