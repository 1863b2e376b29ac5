"""ASGI middleware and dependencies that protect the service and its clients."""
