"""Performance targets of the service, and the measured values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import polars as pl
from rich.console import Console
from rich.table import Table

Measure = Callable[[pl.DataFrame, Mapping[str, float], str], float]


class Target(NamedTuple):
    """A performance target.

    Attributes:
        name: the measured figure.
        bound: the required value.
        is_minimum: whether the bound is a minimum, otherwise a maximum.
        measure: computes the figure from the table, single figures and the column of rates.
    """

    name: str
    bound: float
    is_minimum: bool
    measure: Measure


def ratio(service: str, baseline: str) -> Measure:
    """Return the measure of the median ratio of two services' rates over the rounds."""

    def measure(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
        rates = table.filter(kind="load").pivot("service", index="round", values=unit)
        return float((rates[service] / rates[baseline]).median())

    return measure


def _latency_ratio(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
    del unit
    p99 = table.filter(kind="half").pivot("service", index="round", values="p99_ms")
    return float((p99["cached"] / p99["empty"]).median())


def _events(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
    return float(table.filter(kind="events")[unit].median())


def _worker_ratio(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
    rates = table.filter(kind="workers").pivot("service", index="round", values=unit)
    return float((rates["2 workers"] / rates["1 workers"]).median())


TARGETS = (
    Target("cached lists / empty route", 0.8, True, ratio("cached", "empty")),
    Target("uncached ranking / empty route", 0.25, True, ratio("uncached", "empty")),
    Target("cached lists / FastAPI + implicit ALS", 5.0, True, ratio("cached", "als")),
    Target("uncached ranking / FastAPI + implicit ALS", 5.0, True, ratio("uncached", "als")),
    Target("cached lists / pandas service", 30.0, True, ratio("cached", "pandas")),
    Target("uncached ranking / pandas service", 30.0, True, ratio("uncached", "pandas")),
    Target("cached lists, with / without 500 events/s", 0.9, True, ratio("cached + events", "cached")),
    Target(
        "uncached ranking, with / without 500 events/s", 0.9, True, ratio("uncached + events", "uncached")
    ),
    Target("p99 at half load: cached lists / empty route", 2.0, False, _latency_ratio),
    Target("POST /events, batches of 100: events/s", 20_000, True, _events),
    Target("two workers / one, uncached ranking", 1.7, True, _worker_ratio),
    Target("start to ready, s", 3.0, False, lambda _, figures, __: figures["ready_s"]),
    Target("resident memory, MiB", 600, False, lambda _, figures, __: figures["resident_mib"]),
)


def print_results(table: pl.DataFrame, figures: Mapping[str, float], console: Console) -> None:
    """Print the medians of each service, then each target with its bound and the measured values."""
    medians = table.group_by("kind", "service", maintain_order=True).median().drop("round")
    console.print(_layout(medians.rows(named=True)))
    targets = [
        {
            "target": target.name,
            "bound": f"{'≥' if target.is_minimum else '≤'} {target.bound:g}",
            "by wall time": target.measure(table, figures, "per_s"),
            "by CPU time": target.measure(table, figures, "per_core_s"),
        }
        for target in TARGETS
    ]
    console.print(_layout(targets))


def _layout(rows: list[dict[str, object]]) -> Table:
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(f"{x:,.4g}" if isinstance(x, float) else str(x) for x in row.values()))
    return table
