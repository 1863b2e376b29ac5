"""Prometheus metrics: of HTTP requests, of recommendations and releases, and of experiments."""
