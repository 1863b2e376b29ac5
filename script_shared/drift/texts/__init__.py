"""Texts: their languages, and the terms that change."""
