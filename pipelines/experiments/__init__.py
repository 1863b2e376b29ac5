"""What became of an experiment: which reads followed which lists."""
