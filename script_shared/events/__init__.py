"""The event log: what readers do, kept in one order that every replica follows."""
