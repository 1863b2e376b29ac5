"""Raw files: local and remote URIs, downloads, archives, compression, sampling and bot detection."""
