"""Hypothesis strategies for Parquet files with columns of any types."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st


def write_parquet(header, rows):
    """Return a Parquet file of text."""
    columns = zip(*[[str(value) for value in row] for row in rows], strict=True)
    out = io.BytesIO()
    pq.write_table(pa.table(dict(zip(header, map(list, columns), strict=True))), out, row_group_size=5)
    return out.getvalue()


def _whole(bits):
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


_times = st.one_of(_whole(64), st.integers(1_600_000_000, 1_700_000_000))
TYPES = [
    (pa.string(), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
    (pa.large_string(), st.just("2024-05-01T00:00:00Z")),
    (pa.dictionary(pa.int32(), pa.string()), st.sampled_from(["a", "", "1700000000000"])),
    (pa.binary(), st.binary(max_size=6)),
    (pa.int64(), st.one_of(_whole(64), st.just(1_700_000_000_000))),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.int8(), _whole(8)),
    (pa.float64(), st.one_of(st.floats(), st.just(1.7e12))),
    (pa.float32(), st.floats(width=32)),
    (pa.bool_(), st.booleans()),
    (pa.timestamp("s"), st.one_of(_whole(53), st.integers(1_600_000_000, 1_700_000_000))),
    (pa.timestamp("ms", "UTC"), st.one_of(_times, st.just(1_700_000_000_000))),
    (pa.timestamp("us", "America/Sao_Paulo"), _times),
    (pa.timestamp("ns"), _whole(64)),
    (pa.date32(), _whole(32)),
    (pa.date64(), _whole(40).map(lambda day: day // 1000 * 86_400_000)),
    (pa.null(), st.none()),
    (pa.decimal128(20, 3), st.decimals(-(10**15), 10**15, places=3)),
    (pa.list_(pa.int8()), st.lists(_whole(8), max_size=2)),
    (pa.duration("ms"), _whole(32)),
    (pa.time32("ms"), st.integers(0, 86_399_999)),
]


@st.composite
def typed(draw, header):
    """Draw a Parquet file with columns of any types."""
    length = draw(st.integers(0, 12))
    columns = {}
    for name in header:
        kind, cells = draw(st.sampled_from(TYPES[:12] + TYPES[:12] + TYPES))
        cells = st.one_of(cells, cells, cells, st.none())
        columns[name] = pa.array(draw(st.lists(cells, min_size=length, max_size=length)), kind)
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, row_group_size=4)
    return out.getvalue()
