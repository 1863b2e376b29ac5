"""Request and response models: parameters, bodies and their bounds."""
