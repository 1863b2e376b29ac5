"""Failure drills: real processes under load while something around them breaks, one drill per file."""
