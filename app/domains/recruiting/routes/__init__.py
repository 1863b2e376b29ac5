"""The endpoints of recruiting."""
