"""The predictions of classifiers as they were answered, under pseudonyms."""
