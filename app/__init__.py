"""The service: reads releases and answers; never trains."""
