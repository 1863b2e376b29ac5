"""The second stage: training samples, the scorer and its models, and explanations of scores."""
