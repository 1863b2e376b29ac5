"""The releases of a domain on the command line: list, show, diff, promote, rollback, verify, prune."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.cli.console import print_error
from pipelines.settings import PipelineSettings
from script_shared.errors import ReleaseError
from script_shared.events.factory import find_log_url, open_log
from script_shared.events.log import EventLog
from script_shared.releases.base import RegistryEntry, ReleaseRegistry
from script_shared.releases.details import Difference, describe_release, diff_releases
from script_shared.releases.factory import open_registry
from script_shared.releases.retention import prune_releases
from script_shared.releases.state import CHALLENGER, CHAMPION
from script_shared.rollback import has_events, roll_back
from script_shared.storage.volume import Volume

app = typer.Typer(no_args_is_help=True, help="List, compare, promote, verify and remove releases.")

_Name = Annotated[str, typer.Argument(help="id, version such as v3, champion or challenger")]


@app.command("list")
def list_releases() -> None:
    """Print all releases, newest first: version, id, end of its data, aliases."""
    rows = [_format_entry(entry) for entry in _open_registry().list()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


@app.command()
def show(name: _Name = CHAMPION) -> None:
    """Print the description of a release as JSON."""
    typer.echo(describe_release(_open_registry(), name).model_dump_json(indent=1))


@app.command()
def diff(name: _Name = CHALLENGER, base: _Name = CHAMPION) -> None:
    """Print how a release differs from another one, by default the challenger from the champion."""
    result = diff_releases(_open_registry(), base, name)
    typer.echo(f"{result.base} → {result.release}")
    for title in ("facts", "parameters", "segments", "metrics"):
        _print_differences(title, getattr(result, title))
    for title in ("added", "removed", "changed"):
        names = getattr(result, f"{title}_files")
        typer.echo(f"{title} files: {len(names)}")
        for file in names:
            typer.echo(f"  {file}")


@app.command()
def promote() -> None:
    """Make the challenger the champion, whatever the gates decided, and print its id."""
    typer.echo(_open_registry().promote())


@app.command()
def rollback(
    to: Annotated[str, typer.Option(help="id or version; the previous champion if not given")] = "",
) -> None:
    """Make an earlier release the champion again, and print its id."""
    with _open_log() as log:
        typer.echo(roll_back(_open_registry(), log, to))


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(help="ids, versions or aliases; default all")] = None,
) -> None:
    """Compare every file of releases with the manifest; exit with status 1 if one is damaged."""
    registry, damaged = _open_registry(), False
    for name in names or [entry.id for entry in registry.list()]:
        try:
            manifest = registry.verify(registry.resolve(name))
            typer.echo(f"{manifest.release_id}: {len(manifest.files)} files are intact")
        except ReleaseError as error:
            print_error(error)
            damaged = True
    if damaged:
        raise typer.Exit(1)


@app.command()
def prune(
    keep: Annotated[int, typer.Option(min=1, help="number of the newest releases to keep")],
) -> None:
    """Remove old releases and print their ids; the aliases and the rollback's target are always kept."""
    with _open_log() as log:
        removed = prune_releases(_open_registry(), keep, lambda manifest: has_events(log, manifest))
    for release_id in removed:
        typer.echo(release_id)


def _open_registry() -> ReleaseRegistry:
    return open_registry(Volume.from_settings(PipelineSettings.read()))


@contextmanager
def _open_log() -> Iterator[EventLog]:
    settings = PipelineSettings.read()
    with closing(open_log(find_log_url(settings), Volume.from_settings(settings).events)) as log:
        yield log


def _format_entry(entry: RegistryEntry) -> Sequence[str]:
    version = "-" if entry.version is None else f"v{entry.version}"
    if entry.manifest is None:
        return version, entry.id, "the manifest cannot be read", ", ".join(entry.aliases)
    as_of = datetime.fromtimestamp(entry.manifest.as_of_ms / 1000, UTC)
    return version, entry.id, f"{as_of:%Y-%m-%dT%H:%MZ}", ", ".join(entry.aliases)


def _print_differences(title: str, differences: Sequence[Difference]) -> None:
    typer.echo(f"{title}: {len(differences)}")
    for difference in differences:
        typer.echo(f"  {difference.name}: {difference.before} → {difference.after}")
