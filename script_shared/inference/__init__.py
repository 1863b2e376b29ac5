"""Inference: routes a request to its segment's model, ranks items, and fills lists that are too short."""
