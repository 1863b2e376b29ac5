"""Validation of raw rows by rules, the quarantine of rejected rows, and cleaning of whole tables."""
