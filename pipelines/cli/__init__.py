"""The command line: `python -m pipelines` runs the stages without Airflow."""
