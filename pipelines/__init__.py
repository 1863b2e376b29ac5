"""Writes everything serving reads: stages, domain plans and their sources."""
