"""Offline evaluation: protocols take recommenders' lists as arguments and know no model."""
