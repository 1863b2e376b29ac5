"""Searches for better parameters on early hours of the data, by the reported metric."""
