"""Clients of the API: the committed OpenAPI documents, their comparison, and what the generators need."""
