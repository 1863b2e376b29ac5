"""Small files for the source `tables`."""

import csv
import io
import random
from datetime import UTC, datetime, timedelta

START = datetime(2024, 5, 1, tzinfo=UTC)
ITEM_FIELDS = ["item_id", "published_at", "title", "body", "url", "category", "region"]


def reads(count, *, readers=30, items=12, hours=30, name=str, **columns):
    """Yield rows of reads, the same on every call; `columns` computes further columns from the row number."""
    draw = random.Random(1)  # noqa: S311
    for number in range(count):
        time = START + timedelta(seconds=draw.randrange(hours * 3600))
        user, item = int(readers * draw.random() ** 2), int(items * draw.random() ** 2)
        row = {"user_id": name(user), "item_id": name(item), "timestamp": time.isoformat()}
        yield row | {column: compute(number) for column, compute in columns.items()}


def articles(count, name=str):
    """Yield rows of items."""
    for number in range(count):
        time = START + timedelta(minutes=number)
        values = [name(number), time.isoformat(), f"Título {number}", "duas, três\npalavras", "", "c", "sp"]
        yield dict(zip(ITEM_FIELDS, values, strict=True))


def csv_text(rows):
    rows = list(rows)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write_tables(folder, interactions, items=None):
    """Write interactions and items as CSV; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "interactions.csv").write_text(csv_text(interactions), encoding="utf-8", newline="")
    if items is not None:
        (folder / "items.csv").write_text(csv_text(items), encoding="utf-8", newline="")
    return folder
