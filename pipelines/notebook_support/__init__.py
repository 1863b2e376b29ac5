"""Functions for the notebooks in `test_model/`: example runs, trials of parameters, analysis of weights."""
