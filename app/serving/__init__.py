"""Serves a release: loads it, keeps it up to date with the event log, and makes its answers."""
