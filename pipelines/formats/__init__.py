"""Readers of raw file formats; each returns a table of text with the file and number of every row."""
