"""Reproducible benchmark protocols: what they compare, on which data, and how results are stored."""
