"""Components of the two-stage recommender: each retrieves candidate items and computes features of items."""
