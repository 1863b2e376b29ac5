"""Validates raw openings, applicants and applications, and turns them into the refined tables."""
