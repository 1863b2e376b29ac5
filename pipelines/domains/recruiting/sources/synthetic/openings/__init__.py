"""Generated openings: fields, texts, and the number of their applications."""
