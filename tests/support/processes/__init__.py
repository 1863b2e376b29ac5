"""The service, Airflow, Postgres and other programs, in the process of the tests or in separate ones."""
