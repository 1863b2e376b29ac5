"""The service: reads releases and answers queries; never trains."""

__version__ = "0.1.0"
