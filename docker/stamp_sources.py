"""Gives every Python file of a folder a modification time that is computed from the content of all of them.

numba's cache takes code for current while the file that defines a loop has the same time and size; it does
not look at the files of the loops that this one calls. With these times a cache that outlives the image
holds code of exactly these sources, or is written anew.

python docker/stamp_sources.py FOLDER
"""

from __future__ import annotations

import os
import sys
import zlib
from pathlib import Path


def main(folder: str) -> None:
    """Set the times: seconds since 1970, below 2**32."""
    files = sorted(Path(folder).rglob("*.py"))
    content = b"".join(str(file.relative_to(folder)).encode() + file.read_bytes() for file in files)
    for file in files:
        os.utime(file, (zlib.crc32(content),) * 2)


if __name__ == "__main__":
    main(*sys.argv[1:])
