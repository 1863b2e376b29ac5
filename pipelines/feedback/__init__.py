"""Merges the events of the service into the tables of the next run."""
