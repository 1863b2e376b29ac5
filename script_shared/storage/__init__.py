"""Files on the shared volume: folder layout, atomic writes and checks of free disk space."""
