"""An inspection as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipelines.cli.console import plain
from pipelines.plan import Refinement
from pipelines.stages.inspect import FoundFile, Inspection
from script_shared.anonymous import is_anonymous

#: Files of a kind that are listed; the rest are counted.
_LISTED = 5
_EXAMPLE = 60
#: In a refine report's `match`: how much of what was read the catalogue describes.
KNOWN = "share of read items that the catalogue knows"


def show(inspection: Inspection, remedies: Mapping[str, str], console: Console) -> None:
    """Print what was found.

    Args:
        inspection: what to print.
        remedies: by reason of the quarantine, what to do about it.
        console: where to.
    """
    console.print(Group(*_parts(inspection, remedies)))


def _parts(inspection: Inspection, remedies: Mapping[str, str]) -> Iterator[RenderableType]:
    yield _text(f"read as {inspection.source}", "bold")
    yield _files(inspection)
    yield _columns(inspection)
    if inspection.refinement:
        yield _figures(inspection.refinement, inspection.segments)
        if inspection.refinement.quarantine.height:
            yield _rejected(inspection.refinement, remedies)
    if inspection.missing:
        yield _missing(inspection.missing)
    for doubt in inspection.doubts:
        yield _text(f"! {doubt}", "yellow")
    yield _verdict(inspection)


def _files(inspection: Inspection) -> Table:
    table = _table("files", "what", "columns", "detected", title="Found")
    for kind in dict.fromkeys(file.kind.name for file in inspection.files):
        files = [file for file in inspection.files if file.kind.name == kind]
        for file in files[:_LISTED]:
            table.add_row(plain(file.name), kind, _summary(file), plain(detected(file)))
        if len(files) > _LISTED:
            table.add_row(f"and {len(files) - _LISTED} more", kind, "", "")
    return table


def detected(file: FoundFile) -> str:
    """Return what was detected of a file; its format needs no name."""
    return "; ".join(
        words if topic == "format" else f"{topic}: {words}" for topic, words in file.facts.items()
    )


def _summary(file: FoundFile) -> Text:
    return _text(str(file.fault), "red") if file.fault else Text(str(len(file.columns)))


def _columns(inspection: Inspection) -> Table:
    table = _table("kind", "column", "understood as", title="Columns")
    for kind in {file.kind.name: file.kind for file in inspection.files}.values():
        named = {column: None for file in inspection.files if file.kind is kind for column in file.columns}
        for column in kind.required:
            known = kind.required[column] if column in named else "missing: it is required"
            table.add_row(kind.name, column, _text(known, "" if column in named else "red"))
        for column, meaning in kind.optional.items():
            table.add_row(kind.name, column, _text(meaning if column in named else "not there", ""))
        others = [column for column in named if column not in kind.columns]
        if others:
            table.add_row(kind.name, plain(", ".join(others)), _text("not used", "dim"))
    return table


def _figures(refinement: Refinement, segments: Mapping[str, int]) -> Table:
    table = _table("what", "figure", title="What a run would use")
    interactions = refinement.tables.interactions
    table.add_row("interactions", f"{interactions.height:,}")
    span = interactions["timestamp"].gather([0, -1]).dt.strftime("%Y-%m-%d %H:%M UTC")
    table.add_row("from", span[0])
    table.add_row("to", span[-1])
    table.add_row("users", f"{refinement.tables.users.height:,}")
    for name, count in segments.items():
        table.add_row(f"  {name}", f"{count:,}")
    table.add_row("items", f"{refinement.tables.items.height:,}")
    for kind, part in refinement.report.items():
        if "read" in part:
            rejected = sum(part["rejected"].values())
            table.add_row(f"rows of {kind}", f"{part['read']:,} read, {rejected:,} rejected")
            for change, count in part.get("changed", {}).items():
                if count:
                    table.add_row(f"  {change}", f"{count:,}")
    for name, figure in refinement.report.get("match", {}).items():
        table.add_row(name, f"{figure:.1%}" if isinstance(figure, float) else f"{figure:,}")
    return table


def _rejected(refinement: Refinement, remedies: Mapping[str, str]) -> Table:
    table = _table("reason", "rows", "of all", "for example", "remedy", title="Set aside")
    total = sum(part["read"] for part in refinement.report.values() if "read" in part)
    groups = refinement.quarantine.group_by("reason", maintain_order=True)
    firsts = groups.agg(pl.len(), pl.all().exclude("reason").first()).sort("len", descending=True)
    for first in firsts.iter_rows(named=True):
        place = f"{first['file']}, row {first['row']}" + (f", {first['field']}" if first["field"] else "")
        example = plain(f"{place}: {(first['content'] or '')[:_EXAMPLE]}")
        share = f"{first['len'] / total:.2%}"
        table.add_row(first["reason"], f"{first['len']:,}", share, example, remedies.get(first["reason"], ""))
    return table


def _missing(missing: Mapping[str, str]) -> Table:
    table = _table("not there", "what that costs", title="Missing")
    for column, cost in missing.items():
        table.add_row(column, cost)
    return table


def _verdict(inspection: Inspection) -> Text:
    return _text(verdict(inspection), "red" if inspection.fault else "green")


def verdict(inspection: Inspection) -> str:
    """Return in one line whether the files can be used, and how much of them."""
    refinement = inspection.refinement
    if refinement is None:
        return f"not usable: {inspection.fault}"
    interactions, items = refinement.tables.interactions, refinement.tables.items
    anonymous = int(interactions.select(is_anonymous(pl.col("user_id")).sum()).item())
    rejected = refinement.quarantine.height
    match = refinement.report.get("match", {})
    parts = [
        f"usable: {interactions.height:,} reads by {refinement.tables.users.height:,} readers",
        f"{anonymous:,} of them by nobody known" if anonymous else "",
        f"{items.height:,} items",
        f"{match[KNOWN]:.0%} of those read are in the catalogue" if match else "no catalogue",
        f"{rejected:,} rows set aside" if rejected else "",
    ]
    return ", ".join(part for part in parts if part)


def _table(*columns: str, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _text(words: str, style: str) -> Text:
    return Text(plain(words).plain, style)
