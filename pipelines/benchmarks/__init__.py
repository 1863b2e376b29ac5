"""Protocols that anyone can run: what is compared, on what, and how it is told."""
