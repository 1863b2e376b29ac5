"""Measures online experiments: which clicks followed the recommendations of each variant."""
