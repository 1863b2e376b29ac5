"""The three DAGs: process_data → train_models → evaluate_models; nothing else imports Airflow."""
