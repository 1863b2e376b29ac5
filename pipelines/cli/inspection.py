"""An inspection as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.cli.console import sanitise
from pipelines.plans.plan import Refinement
from pipelines.stages.inspect import InspectedFile, Inspection
from script_shared.anonymous import is_anonymous

#: How many files of a kind are listed, and how many characters of a rejected row are shown.
_MAX_FILES = 5
_MAX_EXAMPLE = 60


def print_inspection(inspection: Inspection, remedies: Mapping[str, str], console: Console) -> None:
    """Print an inspection.

    Args:
        inspection: the inspection to print.
        remedies: by quarantine reason, how to correct the data.
        console: the console to print to.
    """
    console.print(Group(*_build_parts(inspection, remedies)))


def _build_parts(inspection: Inspection, remedies: Mapping[str, str]) -> Iterator[RenderableType]:
    yield _styled(f"read as {inspection.source}", "bold")
    yield _build_file_table(inspection)
    yield _build_column_table(inspection)
    if inspection.refinement:
        yield _build_data_table(inspection.refinement, inspection.segments)
        if inspection.refinement.quarantine.height:
            yield _build_quarantine_table(inspection.refinement, remedies)
    if inspection.missing:
        yield _build_missing_table(inspection.missing)
    for warning in inspection.warnings:
        yield _styled(f"! {warning}", "yellow")
    yield _styled(format_verdict(inspection), "red" if inspection.error else "green")


def _build_file_table(inspection: Inspection) -> Table:
    table = _table("files", "what", "columns", "detected", title="Found")
    for kind in dict.fromkeys(file.kind.name for file in inspection.files):
        files = [file for file in inspection.files if file.kind.name == kind]
        for file in files[:_MAX_FILES]:
            table.add_row(sanitise(file.name), kind, _format_columns(file), sanitise(format_properties(file)))
        if len(files) > _MAX_FILES:
            table.add_row(f"and {len(files) - _MAX_FILES} more", kind, "", "")
    return table


def format_properties(file: InspectedFile) -> str:
    """Return the detected properties of a file as text; the format is not labelled."""
    properties = file.properties.items()
    return "; ".join(value if name == "format" else f"{name}: {value}" for name, value in properties)


def _format_columns(file: InspectedFile) -> Text:
    return _styled(str(file.error), "red") if file.error else Text(str(len(file.columns)))


def _build_column_table(inspection: Inspection) -> Table:
    table = _table("kind", "column", "understood as", title="Columns")
    for kind in {file.kind.name: file.kind for file in inspection.files}.values():
        names = {column: None for file in inspection.files if file.kind is kind for column in file.columns}
        for column in kind.required:
            is_present = column in names
            meaning = kind.required[column] if is_present else "missing: it is required"
            table.add_row(kind.name, column, _styled(meaning, "" if is_present else "red"))
        for column, meaning in kind.optional.items():
            table.add_row(kind.name, column, _styled(meaning if column in names else "not there", ""))
        others = [column for column in names if column not in kind.columns]
        if others:
            table.add_row(kind.name, sanitise(", ".join(others)), _styled("not used", "dim"))
    return table


def _build_data_table(refinement: Refinement, segments: Mapping[str, int]) -> Table:
    table = _table("quantity", "value", title="Data of a run")
    interactions = refinement.tables.interactions
    table.add_row("interactions", f"{interactions.height:,}")
    times = interactions["timestamp"].dt.strftime("%Y-%m-%d %H:%M UTC")
    for name, time in zip(("from", "to"), (*times.head(1), *times.tail(1)), strict=False):
        table.add_row(name, time)
    table.add_row("users", f"{refinement.tables.users.height:,}")
    for name, count in segments.items():
        table.add_row(f"  {name}", f"{count:,}")
    table.add_row("items", f"{refinement.tables.items.height:,}")
    for kind, counts in refinement.report.items():
        if "read" in counts:
            rejected = sum(counts["rejected"].values())
            table.add_row(f"rows of {kind}", f"{counts['read']:,} read, {rejected:,} rejected")
            for change, count in counts.get("changed", {}).items():
                if count:
                    table.add_row(f"  {change}", f"{count:,}")
    for name, value in refinement.report.get("match", {}).items():
        table.add_row(name, f"{value:.1%}" if isinstance(value, float) else f"{value:,}")
    return table


def _build_quarantine_table(refinement: Refinement, remedies: Mapping[str, str]) -> Table:
    table = _table("reason", "rows", "of all", "for example", "remedy", title="Quarantine")
    total = sum(counts["read"] for counts in refinement.report.values() if "read" in counts)
    groups = refinement.quarantine.group_by("reason", maintain_order=True)
    rows = groups.agg(pl.len(), pl.all().exclude("reason").first()).sort("len", descending=True)
    for row in rows.iter_rows(named=True):
        location = f"{row['file']}, row {row['row']}" + (f", {row['field']}" if row["field"] else "")
        example = sanitise(f"{location}: {(row['content'] or '')[:_MAX_EXAMPLE]}")
        share = f"{row['len'] / total:.2%}"
        table.add_row(row["reason"], f"{row['len']:,}", share, example, remedies.get(row["reason"], ""))
    return table


def _build_missing_table(missing: Mapping[str, str]) -> Table:
    table = _table("column", "effect", title="Missing")
    for column, effect in missing.items():
        table.add_row(column, effect)
    return table


def format_verdict(inspection: Inspection) -> str:
    """Return in one line whether the files are usable, and how much data they contain."""
    refinement = inspection.refinement
    if refinement is None:
        return f"not usable: {inspection.error}"
    interactions, items = refinement.tables.interactions, refinement.tables.items
    anonymous = int(interactions.select(is_anonymous(pl.col("user_id")).sum()).item())
    rejected = refinement.quarantine.height
    share = _find_catalogue_share(refinement)
    parts = [
        f"usable: {interactions.height:,} interactions by {refinement.tables.users.height:,} users",
        f"{anonymous:,} of them anonymous" if anonymous else "",
        f"{items.height:,} items",
        "no catalogue" if share is None else f"{share:.0%} of the interacted items are in the catalogue",
        f"{rejected:,} rows quarantined" if rejected else "",
    ]
    return ", ".join(part for part in parts if part)


def _find_catalogue_share(refinement: Refinement) -> float | None:
    """Return the share of interacted items that the catalogue files contain; None without such files."""
    if refinement.catalogue is None:
        return None
    items = refinement.tables.interactions["item_id"].unique()
    return float(items.is_in(refinement.catalogue["item_id"].implode()).sum()) / max(len(items), 1)


def _table(*columns: str, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _styled(text: str, style: str) -> Text:
    return Text(sanitise(text).plain, style)
