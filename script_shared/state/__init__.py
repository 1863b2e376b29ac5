"""What changes with every interaction, as one fold: batch and live go through the same code."""
