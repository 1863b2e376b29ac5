"""Online experiments: which users get the challenger's recommendations."""
