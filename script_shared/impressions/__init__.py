"""The inference log: the impressions of each variant, and the interactions that followed them."""
