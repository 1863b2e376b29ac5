"""Files of a documented table: options, column names, times and ids, in any supported format."""
