"""Who applies to which opening, and what becomes of it."""
