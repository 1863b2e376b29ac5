"""The recruiting domain: openings and applicants, each recommended to the other."""
