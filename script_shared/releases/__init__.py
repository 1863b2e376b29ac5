"""Releases: immutable folders that serving loads (store), and the aliases that name them (registry)."""
