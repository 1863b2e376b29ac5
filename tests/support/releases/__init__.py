"""Releases for tests: trained, copied and tiny ones, and crashes while one is written."""
