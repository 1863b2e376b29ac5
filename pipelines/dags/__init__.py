"""The three DAGs of each domain: process_data → train_models → evaluate_models; nothing else imports Airflow."""
