"""Offline quality: the product against peers, the gain of each component, the cost of diversity."""
