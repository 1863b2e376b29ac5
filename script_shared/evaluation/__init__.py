"""Offline evaluation: metrics and comparisons of recommendation lists, independent of models."""
