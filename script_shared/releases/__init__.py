"""Releases: what serving reads, kept as immutable folders (store) under names (registry)."""
