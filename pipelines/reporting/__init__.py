"""Reports of evaluations and the costs of runs."""
