"""Content security policies of pages."""

from __future__ import annotations

import base64
import hashlib
import re

#: Headers of every page, besides its content security policy.
PAGE_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}


def policy(**sources: str) -> str:
    """Return a policy that allows requests to this service, the given sources, and nothing else.

    Args:
        sources: sources by the first word of their directive, e.g. `script` for `script-src`.
    """
    directives = (f"{name}-src {allowed}" for name, allowed in sources.items())
    rest = ("connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
    return "; ".join(("default-src 'none'", *directives, *rest))


def hashes(html: str, tag: str) -> str:
    """Return the hash sources of a page's inline blocks that have no attributes."""
    return " ".join(map(hash_source, re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)))


def hash_source(block: str) -> str:
    """Return the source that allows one inline block."""
    digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
    return f"'sha256-{digest}'"
