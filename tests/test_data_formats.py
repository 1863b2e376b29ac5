import re
from pathlib import Path

import pytest

from pipelines.domains import load
from pipelines.domains.news.sources.tables import TablesSource
from pipelines.domains.news.validation.cleaning import MAX_SCROLL, MAX_SECONDS_QUANTILE
from pipelines.domains.recruiting.postgres.gold import FEATURES_TABLE, GOLD_TABLE, LABELS_TABLE
from pipelines.domains.recruiting.postgres.ingest import BATCH_SIZE
from pipelines.domains.recruiting.postgres.raw_tables import RAW_TABLES
from pipelines.domains.recruiting.refining.rows import MAX_CODE_LENGTH
from pipelines.domains.recruiting.sources.synthetic_decision import TABLES_SCALE
from pipelines.domains.recruiting.values.salaries import (
    DAYS_PER_MONTH,
    HOURS_PER_MONTH,
    MAX_SALARY,
    MIN_SALARY,
    MONTHS_PER_YEAR,
)
from pipelines.ingest.archives import MAX_ARCHIVE_BYTES, MAX_MEMBER_BYTES, MAX_RATIO
from pipelines.validation.cleaning import CLOCK_TOLERANCE_MS
from pipelines.validation.quarantine import CONTENT_LENGTH, SCHEMA
from pipelines.validation.row_filter import UNUSABLE_ROWS, UNUSABLE_SHARE
from pipelines.validation.rules import MAX_ID_LENGTH
from pipelines.validation.stragglers import MIN_ROWS, STRAGGLER_SHARE
from tests.support.data.balance import assert_balanced

TEXT = (Path(__file__).parents[1] / "docs" / "data-formats.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))
TEXT_ON_ONE_LINE = " ".join(TEXT.split())


#: What the titles of a domain's sections begin with.
PREFIXES = {"news": "", "recruiting": "Recruiting: "}


def find_section(start):
    return next(text for title, text in SECTIONS.items() if title.startswith(start))


def parse_tables(text):
    """Return the tables of a section, as rows of cells, by the bold word above the table."""
    matches = re.findall(r"^\*\*(\w+)\*\*\n\n\|.*\n\|.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    return {name: [_split_cells(line) for line in rows.splitlines()] for name, rows in matches}


def _split_cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("news", "tables"),
        ("news", "globo"),
        ("news", "webmedia"),
        ("recruiting", "decision"),
        ("recruiting", "tables"),
    ],
)
def test_columns_of_raw_formats_are_documented(domain, name):
    documented = parse_tables(find_section(f"{PREFIXES[domain]}`{name}`"))
    kinds = load(domain).sources[name].kinds
    assert documented == {
        kind.name: [
            *([f"`{column}`", "required", description] for column, description in kind.required.items()),
            *([f"`{column}`", "", description] for column, description in kind.optional.items()),
        ]
        for kind in kinds
    }


@pytest.mark.parametrize(
    ("domain", "section"), [("news", "Refined tables"), ("recruiting", "Recruiting: refined tables")]
)
def test_columns_of_refined_tables_are_documented(domain, section):
    documented = parse_tables(find_section(section))
    definition = load(domain).domain
    for schema in (definition.interactions, definition.items, definition.users):
        assert [row[:3] for row in documented.pop(schema.name)] == [
            [f"`{column.name}`", column.type, "yes" if column.nullable else "no"] for column in schema.columns
        ]
    assert not documented


def test_columns_of_the_quarantine_are_documented():
    text = find_section("Refined tables").split("**quarantine**")[1]
    assert re.findall(r"`(\w+)`", text) == SCHEMA.names()
    assert f"cut at {CONTENT_LENGTH:,} characters" in text


@pytest.mark.parametrize(
    ("domain", "section"),
    [("news", "Reasons for rejecting a row"), ("recruiting", "Recruiting: reasons for rejecting a row")],
)
def test_rejection_reasons_are_documented(domain, section):
    rows = [_split_cells(line) for line in find_section(section).splitlines() if line.startswith("|")]
    assert rows[2:] == [[reason, remedy] for reason, remedy in load(domain).remedies.items()]


def test_limits_in_the_rules_are_documented():
    assert UNUSABLE_SHARE == 0.5
    for text in (
        f"more than half of the rows, and at least {UNUSABLE_ROWS}, are rejected",
        f"at least {STRAGGLER_SHARE:.0%} of the median".replace("%", " %"),
        f"at least {MIN_ROWS} reads",
        f"more than {CLOCK_TOLERANCE_MS // 60_000} minutes ahead",
        f"over {MAX_SCROLL:g} are lowered",
        f"their {MAX_SECONDS_QUANTILE * 100:g}th percentile",
        f"1 to {MAX_ID_LENGTH} characters",
        f"more than {MAX_MEMBER_BYTES // 2**30} GiB or all together "
        f"more than {MAX_ARCHIVE_BYTES // 2**30} GiB",
    ):
        assert text in TEXT_ON_ONE_LINE, text
    assert MAX_RATIO == 100


def test_documented_examples_are_valid(tmp_path):
    for name, text in re.findall(r"`(\w+\.csv)`, .*?\n```csv\n(.*?)```", find_section("`tables`"), re.DOTALL):
        (tmp_path / name).write_text(text, encoding="utf-8")
    refinement = TablesSource().refine(tmp_path)
    assert assert_balanced(refinement) == {}
    assert refinement.tables.users["user_id"].to_list() == ["17", "ana"]
    assert refinement.tables.items["title"].to_list() == ["Polls, one week before", "Rain"]


def test_file_kinds_contain_every_column_that_a_source_reads():
    from pipelines.domains.news.sources import globo
    from pipelines.domains.news.sources.webmedia import validation_set
    from pipelines.domains.news.sources.webmedia.articles import ARTICLE_COLUMNS
    from pipelines.domains.news.sources.webmedia.readers import READER_COLUMNS

    clicks, items = load("news").sources["globo"].kinds
    assert [*clicks.required] == [*globo.READ_COLUMNS, *globo.DUPLICATE_CHECK_COLUMNS]
    assert [*items.required] == [*globo.ARTICLE_COLUMNS]
    readers, articles, next_items = load("news").sources["webmedia"].kinds
    assert [*readers.required] == [*READER_COLUMNS]
    assert [*articles.required] == [*ARTICLE_COLUMNS]
    assert [*next_items.required] == [*validation_set.COLUMNS]


def test_documented_examples_of_recruiting_are_valid(tmp_path):
    text = find_section("Recruiting: `decision`")
    [records] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "prospects.json").write_text(records, encoding="utf-8")
    assert assert_balanced(load("recruiting").sources["decision"].refine(tmp_path)) == {}
    (tmp_path / "prospects.json").unlink()
    for name, table in re.findall(
        r"`(\w+\.csv)`, .*?\n```csv\n(.*?)```", find_section("Recruiting: `tables`"), re.DOTALL
    ):
        (tmp_path / name).write_text(table, encoding="utf-8")
    refinement = load("recruiting").sources["tables"].refine(tmp_path)
    assert assert_balanced(refinement) == {}
    items = {row["item_id"]: row for row in refinement.tables.items.iter_rows(named=True)}
    assert set(items) == {"opening:4531", "applicant:31000"}
    assert items["applicant:31000"]["salary"] == 12_000
    assert items["opening:4531"]["state"] == "São Paulo"


def test_limits_of_recruiting_are_documented():
    for text in (
        f"multiplied by {HOURS_PER_MONTH} hours",
        f"per day by {DAYS_PER_MONTH}, per year divided by {MONTHS_PER_YEAR}",
        f"below {MIN_SALARY:g} without a unit, above {MAX_SALARY:,.0f}",
        f"A code has 1 to {MAX_CODE_LENGTH} characters",
        f"from a scale of {TABLES_SCALE:g} on Parquet",
        f"in batches of {BATCH_SIZE:,}",
        *(f"`{table}`" for table in (*RAW_TABLES.values(), FEATURES_TABLE, LABELS_TABLE, GOLD_TABLE)),
    ):
        assert text in TEXT_ON_ONE_LINE, text
