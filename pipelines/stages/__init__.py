"""The steps from raw files to a published release, as plain functions."""
