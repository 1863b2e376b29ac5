"""Training and publishing: everything that writes what serving reads."""
