import gzip
import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.archives import BOMB_MIN_BYTES, MAX_MEMBER_BYTES
from pipelines.ingest.compression import decompress, find_codec
from script_shared.errors import InputError


def zstd(contents):
    return pa.Codec("zstd").compress(contents, asbytes=True)


COMPRESS = {"gzip": gzip.compress, "zstd": zstd}


@pytest.mark.parametrize(("name", "codec"), [("a.csv.gz", "gzip"), ("a.tsv.zst", "zstd"), ("gz.csv", None)])
def test_file_name_determines_the_codec(name, codec):
    assert find_codec(name) == codec


@pytest.mark.parametrize("codec", COMPRESS)
@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_decompress_joins_the_streams_of_a_file(codec, parts):
    assert decompress(b"".join(map(COMPRESS[codec], parts)), codec, "a") == b"".join(parts)


@pytest.mark.parametrize("codec", COMPRESS)
@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-5], lambda raw: raw[:10], lambda _: b"user_id,item_id\n" * 9]
)
def test_damaged_file_is_reported(codec, damage):
    with pytest.raises(InputError, match=f"cannot be decompressed as {codec}") as caught:
        decompress(damage(COMPRESS[codec](bytes(range(256)) * 40)), codec, "interactions.csv.gz")
    assert caught.value.where == "interactions.csv.gz"


@pytest.mark.parametrize("codec", COMPRESS)
def test_bomb_is_rejected_soon_after_the_limit(codec):
    with pytest.raises(InputError, match="bytes decompressed") as caught:
        decompress(COMPRESS[codec](bytes(8 * BOMB_MIN_BYTES)), codec, "a")
    size = int(caught.value.what.split("more than ")[1].split(" ")[0])
    assert BOMB_MIN_BYTES < size < 2 * BOMB_MIN_BYTES < MAX_MEMBER_BYTES


def test_small_file_with_a_high_compression_ratio_is_accepted():
    compressor = zlib.compressobj(9, wbits=31)
    compressed = compressor.compress(b"a,b\n" * (BOMB_MIN_BYTES // 8)) + compressor.flush()
    assert len(decompress(compressed, "gzip", "a")) == 4 * (BOMB_MIN_BYTES // 8)
