"""Openings, applicants and applications as the pair classifier reads them."""
