"""News: readers × articles."""
