"""The news domain: users are readers, items are articles, interactions are reads."""
