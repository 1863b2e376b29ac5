"""Readers of raw file formats: each returns a table of text with the place of every row."""
