"""What the service was told, on its way back into the tables of the next run."""
