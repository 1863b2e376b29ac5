"""Measures, calibration and thresholds of classifiers."""
