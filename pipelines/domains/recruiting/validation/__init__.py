"""What recruiting adds to the validation of raw rows: reasons, and the end of the applications."""
