"""Speed of the running service: throughput, latency, event ingestion, replication lag."""
