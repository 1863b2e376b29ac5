"""Raw formats, one file each, all giving the same refined tables."""
