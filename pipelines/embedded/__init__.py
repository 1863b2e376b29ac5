"""Airflow and the API on one machine, started and stopped together."""
