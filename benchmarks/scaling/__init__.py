"""Growth of costs with the data: the pipeline's, and the service's."""
