"""What a run cost, as a table to read."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from pipelines.reporting.run_costs import Cost, stage_seconds


def cost_table(costs: Sequence[Cost]) -> Table:
    """Return stage, seconds and peak MiB, and the sum along the chain."""
    table = Table("stage", show_footer=True)
    table.columns[0].footer = "stage time"
    table.add_column("seconds", footer=f"{stage_seconds(costs):.1f}", justify="right")
    peak = max((each.peak_mib for each in costs), default=0)
    table.add_column("peak MiB", footer=str(peak), justify="right")
    for each in costs:
        table.add_row(each.name, f"{each.seconds:.1f}", str(each.peak_mib))
    return table
