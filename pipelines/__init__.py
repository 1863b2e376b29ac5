"""Everything that writes what serving reads."""
