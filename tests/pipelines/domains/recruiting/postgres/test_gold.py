from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipelines.domains.recruiting.postgres.gold import write_gold
from script_shared.errors import InputError
from tests.support.processes.sql import query

pytestmark = [pytest.mark.integration, pytest.mark.tools("initdb")]

FEATURES = pl.DataFrame(
    {
        "codigo_profissional": ["31000", "31001", "31002"],
        "tem_email": [1, 0, None],
        "salario_valor": [12_000.5, None, float("nan")],
        "nota": ['com "aspas", vírgula\ne linha', "", None],
        "is_complete": [True, False, None],
    },
    schema_overrides={"tem_email": pl.Int8},
)
LABELS = pl.DataFrame(
    {
        "codigo_vaga": ["1", "2", "3"],
        "codigo_profissional": ["31001", "31000", "99999"],
        "data_candidatura": [date(2021, 5, 12), date(2021, 5, 13), None],
        "updated_at": [datetime(2021, 5, 20, tzinfo=UTC), None, None],
        "target": [1, 0, 1],
    }
)


def test_values_are_stored_with_their_types(database):
    assert write_gold(database, FEATURES, LABELS) == 2
    rows = query(database, "SELECT * FROM applicants_feat ORDER BY 1")
    assert rows[0] == ("31000", 1, 12_000.5, 'com "aspas", vírgula\ne linha', True)
    assert rows[1] == ("31001", 0, None, "", False)
    assert rows[2][:2] == ("31002", None)
    assert rows[2][2] != rows[2][2]  # NaN
    assert rows[2][3:] == (None, None)
    types = query(
        database,
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = 'prospects_labels' ORDER BY ordinal_position",
    )
    assert types == [
        ("codigo_vaga", "text"),
        ("codigo_profissional", "text"),
        ("data_candidatura", "date"),
        ("updated_at", "timestamp with time zone"),
        ("target", "bigint"),
    ]
    [(updated,)] = query(database, "SELECT updated_at FROM prospects_labels WHERE codigo_vaga = '1'")
    assert updated == datetime(2021, 5, 20, tzinfo=UTC)


def test_gold_table_has_labels_with_their_features(database):
    write_gold(database, FEATURES, LABELS)
    assert query(database, "SELECT codigo_vaga, target, tem_email FROM gold_applicants ORDER BY 1") == [
        ("1", 1, 0),
        ("2", 0, 1),
    ]


def test_tables_are_replaced(database):
    write_gold(database, FEATURES, LABELS)
    write_gold(database, FEATURES.head(1).drop("nota"), LABELS)
    assert query(database, "SELECT * FROM applicants_feat") == [("31000", 1, 12_000.5, True)]


def test_tables_stay_where_one_of_them_is_refused(database):
    write_gold(database, FEATURES, LABELS)
    repeated = pl.concat([FEATURES, FEATURES])
    with pytest.raises(InputError, match="could not create unique index"):
        write_gold(database, repeated, LABELS)
    assert query(database, "SELECT count(*) FROM applicants_feat") == [(3,)]


def test_frames_longer_than_a_slice_are_written(database):
    long = pl.DataFrame({"codigo_profissional": pl.int_range(120_001, eager=True).cast(pl.String)})
    write_gold(database, long, LABELS)
    assert query(database, "SELECT count(*) FROM applicants_feat") == [(120_001,)]
