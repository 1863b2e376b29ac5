"""Raw records and the gold table in Postgres."""
