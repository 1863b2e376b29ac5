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


PACK = {"gzip": gzip.compress, "zstd": zstd}


@pytest.mark.parametrize(("name", "codec"), [("a.csv.gz", "gzip"), ("a.tsv.zst", "zstd"), ("gz.csv", None)])
def test_the_name_tells_the_codec(name, codec):
    assert find_codec(name) == codec


@pytest.mark.parametrize("codec", PACK)
@given(parts=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_what_was_packed_comes_back_and_streams_are_joined(codec, parts):
    assert decompress(b"".join(map(PACK[codec], parts)), codec, "a") == b"".join(parts)


@pytest.mark.parametrize("codec", PACK)
@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-5], lambda raw: raw[:10], lambda _: b"user_id,item_id\n" * 9]
)
def test_a_damaged_file_is_named(codec, damage):
    with pytest.raises(InputError, match=f"cannot be decompressed as {codec}") as caught:
        decompress(damage(PACK[codec](bytes(range(256)) * 40)), codec, "interactions.csv.gz")
    assert caught.value.where == "interactions.csv.gz"


@pytest.mark.parametrize("codec", PACK)
def test_a_bomb_is_refused_soon_after_the_bound(codec):
    with pytest.raises(InputError, match="bytes decompressed") as caught:
        decompress(PACK[codec](bytes(8 * BOMB_MIN_BYTES)), codec, "a")
    size = int(caught.value.what.split("more than ")[1].split(" ")[0])
    assert BOMB_MIN_BYTES < size < 2 * BOMB_MIN_BYTES < MAX_MEMBER_BYTES


def test_text_that_is_packed_tightly_but_small_is_no_bomb():
    packer = zlib.compressobj(9, wbits=31)
    packed = packer.compress(b"a,b\n" * (BOMB_MIN_BYTES // 8)) + packer.flush()
    assert len(decompress(packed, "gzip", "a")) == 4 * (BOMB_MIN_BYTES // 8)
