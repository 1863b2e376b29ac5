"""Vector indexes: they find the nearest vectors of several fields, exactly or approximately."""
