"""Cost and recall of vector search."""
