"""What of the service's speed is demanded, and what was reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import polars as pl
from rich.console import Console
from rich.table import Table


class Demand(NamedTuple):
    """A figure: in words, the bound, whether more is better, and how it is found."""

    words: str
    bound: float
    is_least: bool
    find: Callable[[pl.DataFrame, Mapping[str, float], str], float]


def ratio(one: str, other: str) -> Callable[[pl.DataFrame, Mapping[str, float], str], float]:
    """Return what gives the median over the rounds of one contestant's rate by the other's."""

    def find(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
        rates = table.filter(kind="load").pivot("contestant", index="round", values=unit)
        return float((rates[one] / rates[other]).median())

    return find


def _slower(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
    del unit
    p99 = table.filter(kind="half").pivot("contestant", index="round", values="p99_ms")
    return float((p99["ahead"] / p99["empty"]).median())


def _door(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
    return float(table.filter(kind="door")[unit].median())


def _workers(table: pl.DataFrame, _: Mapping[str, float], unit: str) -> float:
    rates = table.filter(kind="workers").pivot("contestant", index="round", values=unit)
    return float((rates["2 workers"] / rates["1 workers"]).median())


DEMANDS = (
    Demand("lists ahead / empty route", 0.8, True, ratio("ahead", "empty")),
    Demand("ranked anew / empty route", 0.25, True, ratio("anew", "empty")),
    Demand("lists ahead / FastAPI + implicit ALS", 5.0, True, ratio("ahead", "als")),
    Demand("ranked anew / FastAPI + implicit ALS", 5.0, True, ratio("anew", "als")),
    Demand("lists ahead / pandas service", 30.0, True, ratio("ahead", "pandas")),
    Demand("ranked anew / pandas service", 30.0, True, ratio("anew", "pandas")),
    Demand("lists ahead, 500 events/s meanwhile / without", 0.9, True, ratio("ahead + events", "ahead")),
    Demand("ranked anew, 500 events/s meanwhile / without", 0.9, True, ratio("anew + events", "anew")),
    Demand("p99 at half load: lists ahead / empty route", 2.0, False, _slower),
    Demand("POST /events, batches of 100: events/s", 20_000, True, _door),
    Demand("two workers / one, ranked anew", 1.7, True, _workers),
    Demand("start to ready, s", 3.0, False, lambda _, more, __: more["ready_s"]),
    Demand("resident memory, MiB", 600, False, lambda _, more, __: more["resident_mib"]),
)


def show(table: pl.DataFrame, more: Mapping[str, float], console: Console) -> None:
    """Print the medians of each contestant, then what is demanded beside what was reached."""
    medians = table.group_by("kind", "contestant", maintain_order=True).median().drop("round")
    console.print(_printed(medians.rows(named=True)))
    told = [
        {
            "demanded": each.words,
            "bound": f"{'≥' if each.is_least else '≤'} {each.bound:g}",
            "by the clock": each.find(table, more, "per_s"),
            "by its core's time": each.find(table, more, "per_core_s"),
        }
        for each in DEMANDS
    ]
    console.print(_printed(told))


def _printed(rows: list[dict[str, object]]) -> Table:
    shown = Table(*rows[0])
    for row in rows:
        shown.add_row(*(f"{x:,.4g}" if isinstance(x, float) else str(x) for x in row.values()))
    return shown
