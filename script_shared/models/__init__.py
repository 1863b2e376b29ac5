"""Recommenders: components that retrieve items and compute features, and a scorer that ranks them."""
