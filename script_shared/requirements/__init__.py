"""Requirements found in one text, and their evidence in another."""
