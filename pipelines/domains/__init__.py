"""One package a domain: its plan, its raw sources and its training samples."""
