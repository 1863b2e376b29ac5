"""The costs of a run as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from pipelines.reporting.run_costs import StageCost, elapsed_seconds


def build_cost_table(costs: Sequence[StageCost]) -> Table:
    """Return a row for each stage call (seconds, peak MiB), and the elapsed time as the last row."""
    table = Table("stage", show_footer=True)
    table.columns[0].footer = "stage time"
    table.add_column("seconds", footer=f"{elapsed_seconds(costs):.1f}", justify="right")
    peak = max((cost.peak_mib for cost in costs), default=0)
    table.add_column("peak MiB", footer=str(peak), justify="right")
    for cost in costs:
        table.add_row(cost.name, f"{cost.seconds:.1f}", str(cost.peak_mib))
    return table
