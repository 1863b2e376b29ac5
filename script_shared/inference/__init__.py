"""From a request to a list: router → model → fallback."""
