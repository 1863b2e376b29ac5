"""Encodes refined tables: ids as integers, texts as vectors, all of it as memory-mapped arrays."""
