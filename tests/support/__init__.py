"""Data, processes and contracts that several tests share."""
