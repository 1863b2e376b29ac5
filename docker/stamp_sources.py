"""Sets the modification time of all Python files in a folder to a hash of their contents.

numba reuses cached code as long as the file of a function has the same time and size; it does not check the
files of the functions that it calls. With these times a cache that outlives the image is valid for exactly
these sources.

python docker/stamp_sources.py FOLDER
"""

from __future__ import annotations

import os
import sys
import zlib
from pathlib import Path


def main(folder: str) -> None:
    """Set the times, in seconds since 1970 below 2**32."""
    files = sorted(Path(folder).rglob("*.py"))
    content = b"".join(str(file.relative_to(folder)).encode() + file.read_bytes() for file in files)
    for file in files:
        os.utime(file, (zlib.crc32(content),) * 2)


if __name__ == "__main__":
    main(*sys.argv[1:])
