"""The rows that monitoring compares: openings, applicants, applications and predictions."""
