"""The DAGs of each domain, process_data → train_models → evaluate_models; only they import Airflow."""
