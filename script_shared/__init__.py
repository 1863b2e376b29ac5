"""The contract between training and serving: what one writes and the other reads."""
