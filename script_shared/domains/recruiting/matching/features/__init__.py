"""Features of pairs of an opening and an applicant."""
