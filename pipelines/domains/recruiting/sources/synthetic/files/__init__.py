"""The files in which the generated data is written."""
