"""Recommenders and the components they are made of, one a file."""
