"""The protocols of recruiting, strictly by time; see docs/recruiting.md."""
