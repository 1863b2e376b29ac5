"""Training and serving give a read the same engagement weight."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.news.plan import weigh_engagement
from script_shared.domains.news.engagement import MEASURES, weight

VALUES = st.none() | st.floats(0, 1e6, width=32)


COLUMNS = (*MEASURES, "weight")


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES)))
def test_tables_and_events_give_the_same_weight(row):
    frame = pl.DataFrame([row], schema=dict.fromkeys(COLUMNS, pl.Float32))
    details = {name: value for name, value in row.items() if value is not None}
    assert weight(details) == pytest.approx(frame.select(weigh_engagement()).item(), rel=1e-5)


@pytest.mark.parametrize(
    ("details", "expected"), [({}, 1.0), ({"region": "20"}, 1.0), ({"weight": 9.0}, 5.0)]
)
def test_weight_is_1_without_measures_and_is_capped(details, expected):
    assert weight(details) == expected
