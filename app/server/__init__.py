"""Uvicorn with bounds on requests, coalesced responses and a JSON log; stock uvicorn also serves the app."""
