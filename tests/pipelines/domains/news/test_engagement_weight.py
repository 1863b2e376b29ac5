"""Training and serving weigh a read alike."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domains.news.plan import weigh_engagement
from script_shared.domains.news.engagement import MEASURES, weight

VALUES = st.none() | st.floats(0, 1e6, width=32)


COLUMNS = (*MEASURES, "weight")


@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, VALUES)))
def test_the_weight_of_a_read_is_the_same_in_a_table_and_in_an_event(row):
    frame = pl.DataFrame([row], schema=dict.fromkeys(COLUMNS, pl.Float32))
    told = {name: value for name, value in row.items() if value is not None}
    assert weight(told) == pytest.approx(frame.select(weigh_engagement()).item(), rel=1e-5)


@pytest.mark.parametrize(("told", "counts"), [({}, 1.0), ({"region": "20"}, 1.0), ({"weight": 9.0}, 5.0)])
def test_a_read_without_measures_is_a_plain_one_and_none_counts_beyond_the_cap(told, counts):
    assert weight(told) == counts
