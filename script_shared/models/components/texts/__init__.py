"""Components that compare texts."""
