"""What a domain contributes to the pipelines: its plan, audit and monitoring."""
