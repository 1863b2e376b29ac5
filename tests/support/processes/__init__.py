"""The service, Airflow, Postgres and other programs, in this process or one of their own."""
