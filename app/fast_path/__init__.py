"""Answers repeated and simple `GET /recommendations` without routing; API_FAST_PATH switches it off."""
