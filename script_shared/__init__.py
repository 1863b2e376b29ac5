"""Code that training and serving share: data structures, models and file formats."""
