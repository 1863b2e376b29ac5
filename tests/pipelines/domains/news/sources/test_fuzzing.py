import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.news.sources.globo import GloboSource
from pipelines.domains.news.sources.tables import TablesSource
from pipelines.domains.news.sources.webmedia import WebmediaSource, read_validation_set
from script_shared.errors import InputError
from tests.support.data.clicks import CLICK_FIELDS, HOUR_MS, START_MS
from tests.support.data.fuzzing import (
    FileFormat,
    check_loader,
    damaged_files,
    edited_files,
    fuzz_settings,
    mutated_bytes,
    pack,
    render_files,
)
from tests.support.data.parquet_fuzzing import TYPES, typed, write_parquet
from tests.support.data.webmedia import ARTICLE_FIELDS, READER_FIELDS, article, reader


def _clicks():
    for number in range(14):
        moment = START_MS + number % 3 * HOUR_MS + number
        yield [number % 5, number, moment, 2, number % 4, moment, 4, 1, 17, 1, 20, 2]


def _reads():
    for number in range(14):
        time = START_MS + number % 3 * HOUR_MS + number if number % 2 else f"2023-11-14T2{number % 3}:00:00Z"
        yield [f"u{number % 5}", f"i{number % 4}", time, "Logged", "sp", "1", number, number * 9, number, 1]


READ_FIELDS = [
    *("user_id", "item_id", "timestamp", "user_type", "region", "device"),
    *("clicks", "seconds", "scroll", "visits"),
]
ITEM_FIELDS = ["item_id", "published_at", "title", "body", "url", "category", "region"]
ITEMS = [
    [f"i{n}", f"2023-11-0{n + 1}", f"título {n}", "dois, três\nlinhas", "", f"c{n % 2}", "sp"]
    for n in range(4)
]
META = ["article_id", "category_id", "created_at_ts", "publisher_id", "words_count"]
VALIDATION = [
    ["r1", "Logged", "['a' 'b']", f"[{START_MS} {START_MS + 5}]"],
    ["r2", "x", "['c']", f"[{START_MS}]"],
]

FORMS = {
    "globo": FileFormat(
        GloboSource(),
        {
            "clicks/clicks_hour_000.csv": (CLICK_FIELDS, list(_clicks())),
            "articles_metadata.csv": (META, [[n, n % 2, START_MS, 0, 100] for n in range(4)]),
        },
    ),
    "webmedia": FileFormat(
        WebmediaSource(),
        {
            "treino_parte1.csv": (READER_FIELDS, [list(reader(n).values()) for n in range(6)]),
            "itens-parte1.csv": (ARTICLE_FIELDS, [list(article(n).values()) for n in range(4)]),
        },
    ),
    "tables": FileFormat(
        TablesSource(), {"interactions.csv": (READ_FIELDS, list(_reads())), "items.csv": (ITEM_FIELDS, ITEMS)}
    ),
}
forms = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)


@forms
def test_valid_files_are_read(form):
    assert check_loader(form.source, render_files(form)).quarantine.is_empty()
    assert check_loader(form.source, {"all.zip": pack(render_files(form))}).quarantine.is_empty()


@forms
@fuzz_settings(40)
@given(data=st.data())
def test_odd_values_and_dialects_do_not_crash(form, data):
    check_loader(form.source, data.draw(edited_files(form)))


@forms
@fuzz_settings(40)
@given(data=st.data())
def test_damaged_files_do_not_crash(form, data):
    check_loader(form.source, data.draw(damaged_files(render_files(form))))


@forms
@fuzz_settings(40)
@given(data=st.data())
def test_damaged_archives_do_not_crash(form, data):
    check_loader(form.source, {"all.zip": data.draw(mutated_bytes(pack(render_files(form))))})


@forms
@fuzz_settings(20)
@given(data=st.data())
def test_archives_of_damaged_files_do_not_crash(form, data):
    check_loader(form.source, {"all.zip": pack(data.draw(damaged_files(render_files(form))))})


@fuzz_settings(30)
@given(data=st.data())
def test_damaged_validation_sets_do_not_crash(data):
    form = FileFormat(
        None, {"validacao.csv": (["userId", "userType", "history", "timestampHistory"], VALIDATION)}
    )
    check_loader(_Validation(), data.draw(st.one_of(edited_files(form), damaged_files(render_files(form)))))


class _Validation:
    """A source for `survive` that reads a validation set and returns no refinement."""

    def refine(self, folder):
        validation = read_validation_set(folder)
        for part in validation.report.values():
            assert part["read"] == part["kept"] + sum(part["rejected"].values())
        raise InputError("read", where="validation", remedy="none")


PARQUET = {
    path.replace("csv", "parquet"): write_parquet(header, rows)
    for path, (header, rows) in FORMS["tables"].files.items()
}


def test_valid_parquet_is_read():
    assert check_loader(TablesSource(), PARQUET).quarantine.is_empty()


@fuzz_settings(80)
@given(data=st.data())
def test_damaged_parquet_does_not_crash(data):
    check_loader(TablesSource(), data.draw(damaged_files(PARQUET)))


@fuzz_settings(60)
@given(reads=typed(READ_FIELDS[:3]), items=typed(ITEM_FIELDS[:3]))
def test_parquet_of_any_types_does_not_crash(reads, items):
    check_loader(TablesSource(), {"interactions.parquet": reads, "items.parquet": items})


@fuzz_settings(40)
@given(column=st.sampled_from(READ_FIELDS), data=st.data())
def test_parquet_with_one_column_of_any_type_does_not_crash(column, data):
    header, rows = FORMS["tables"].files["interactions.csv"]
    table = pq.read_table(io.BytesIO(write_parquet(header, rows)))
    kind, cells = data.draw(st.sampled_from(TYPES))
    values = data.draw(st.lists(st.one_of(cells, st.none()), min_size=len(rows), max_size=len(rows)))
    place = table.column_names.index(column)
    out = io.BytesIO()
    pq.write_table(table.set_column(place, column, pa.array(values, kind)), out)
    check_loader(TablesSource(), {"interactions.parquet": out.getvalue()})
