"""What a page's content security policy allows: its own inline blocks, by their digest."""

from __future__ import annotations

import base64
import hashlib
import re


def policy(**sources: str) -> str:
    """Allow a page requests to this service, these sources, and nothing else.

    Args:
        sources: by the first word of a directive, e.g. `script` for `script-src`.
    """
    told = (f"{name}-src {allowed}" for name, allowed in sources.items())
    rest = ("connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
    return "; ".join(("default-src 'none'", *told, *rest))


def hashes(text: str, tag: str) -> str:
    """Name the inline blocks of a page that have no attributes, as a policy does."""
    blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
