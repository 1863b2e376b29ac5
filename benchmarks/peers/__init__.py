"""Recommenders by others, behind one small interface: fit on reads before a moment, then rank."""
