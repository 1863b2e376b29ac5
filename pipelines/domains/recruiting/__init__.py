"""The recruiting domain of the pipelines: raw formats, validation, sources and the training plan."""
