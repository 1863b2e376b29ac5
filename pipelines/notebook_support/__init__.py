"""What the notebooks of `test_model/` call: runs to look at, and settings tried on an hour that is over."""
