"""The steps from raw files to a published release, as plain functions of plan, volume and run id."""
