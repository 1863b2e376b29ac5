"""The inference log: which list was shown to whom by which release, and which reads followed."""
