"""The event log: interactions and item changes in one order, which every replica reads."""
