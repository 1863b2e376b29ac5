"""The API of the recruiting domain."""
