"""Images, the compose file and its monitoring, with and without a Docker engine."""
