"""Lists: filters, fallback, diversity, exploration, and lists that are the same for all users."""
