"""The raw formats of recruiting."""
