"""What training needs to know of each domain."""
