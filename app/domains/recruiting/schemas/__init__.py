"""Bodies, parameters and responses of recruiting's endpoints."""
