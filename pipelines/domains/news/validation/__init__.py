"""What news adds to the validation of raw rows: reasons, the end of the reads, and the match of items."""
