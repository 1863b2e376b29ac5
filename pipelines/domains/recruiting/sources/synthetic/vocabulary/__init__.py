"""Words, names and value shares of the generated data."""
