"""Single compressed files, gzip and Zstandard: decompressed in memory, up to bounds."""

from __future__ import annotations

import pyarrow as pa

from pipelines.ingest.archives import LARGEST_MEMBER, SMALL, TIGHTEST
from script_shared.errors import InputError

#: The codec by the ending of a file's name.
CODECS = {".gz": "gzip", ".zst": "zstd"}
_CHUNK = 4 * 2**20


def codec_of(name: str) -> str | None:
    """Return the codec that a file's name announces; None for a file that is not compressed."""
    return next((codec for ending, codec in CODECS.items() if name.endswith(ending)), None)


def decompress(contents: bytes, codec: str, name: str) -> bytes:
    """Return the decompressed contents; concatenated streams are one.

    Args:
        contents: the whole compressed file.
        codec: one of CODECS.
        name: the file's, for errors.

    Raises:
        InputError: the file is damaged or cut off, or takes more bytes decompressed than is plausible.
    """
    parts, size = [], 0
    try:
        stream = pa.CompressedInputStream(pa.BufferReader(contents), codec)
        while chunk := stream.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            _check_size(size, len(contents), name)
    except (OSError, pa.ArrowException) as cause:
        raise InputError.at(
            f"the file cannot be decompressed as {codec} ({str(cause).splitlines()[0]})",
            file=name,
            remedy="write or fetch it again; its name must end as it is compressed",
        ) from cause
    return b"".join(parts)


def _check_size(size: int, compressed: int, name: str) -> None:
    bomb = size > SMALL and size > TIGHTEST * compressed
    if bomb or size > LARGEST_MEMBER:
        raise InputError.at(
            f"the file takes more than {size} bytes decompressed, {compressed} compressed",
            file=name,
            remedy="if that is right, decompress it and give the folder",
        )
