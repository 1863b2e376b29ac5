"""Decompresses single files, gzip and Zstandard, in memory and up to a maximum size."""

from __future__ import annotations

import pyarrow as pa

from pipelines.ingest.archives import BOMB_MIN_BYTES, MAX_MEMBER_BYTES, MAX_RATIO
from script_shared.errors import InputError

#: Codecs by file name suffix.
CODECS = {".gz": "gzip", ".zst": "zstd"}
_CHUNK = 4 * 2**20


def find_codec(name: str) -> str | None:
    """Return the codec of a file by its name; None if it is not compressed."""
    return next((codec for suffix, codec in CODECS.items() if name.endswith(suffix)), None)


def decompress(contents: bytes, codec: str, name: str) -> bytes:
    """Return the decompressed contents; concatenated streams are joined.

    Args:
        contents: the whole compressed file.
        codec: one of the values of `CODECS`.
        name: the file name, for errors.

    Raises:
        InputError: the file is damaged or truncated, or its decompressed size is implausible.
    """
    parts, size = [], 0
    try:
        stream = pa.CompressedInputStream(pa.BufferReader(contents), codec)
        while chunk := stream.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            _require_plausible_size(size, len(contents), name)
    except (OSError, pa.ArrowException) as cause:
        problem = f"the file cannot be decompressed as {codec} ({str(cause).splitlines()[0]})"
        remedy = "write or fetch it again; its suffix must match its compression"
        raise InputError.at(problem, file=name, remedy=remedy) from cause
    return b"".join(parts)


def _require_plausible_size(size: int, compressed: int, name: str) -> None:
    is_bomb = size > BOMB_MIN_BYTES and size > MAX_RATIO * compressed
    if is_bomb or size > MAX_MEMBER_BYTES:
        problem = f"the file takes more than {size} bytes decompressed, {compressed} compressed"
        raise InputError.at(problem, file=name, remedy="if that is right, decompress it and give the folder")
