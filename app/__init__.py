"""The API: loads releases, answers queries and logs events; it never trains."""

__version__ = "0.1.0"
