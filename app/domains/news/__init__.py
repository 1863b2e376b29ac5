"""The API of the news domain."""
