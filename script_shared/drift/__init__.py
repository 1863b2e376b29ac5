"""Drift: a baseline of features and texts, and tests of later samples against it."""
