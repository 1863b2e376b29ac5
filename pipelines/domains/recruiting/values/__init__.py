"""Normalises the values of raw fields: salaries, areas, levels, languages, degrees, states and statuses."""
