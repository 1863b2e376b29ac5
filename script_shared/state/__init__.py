"""Everything that changes with an interaction; training and serving update it with the same code."""
