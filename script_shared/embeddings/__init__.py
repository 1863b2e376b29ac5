"""Text embedders: they encode texts as vectors of a fixed length."""
