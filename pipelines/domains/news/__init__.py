"""News: readers of a publisher and the articles they read."""
