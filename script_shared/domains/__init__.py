"""The domains, one package each; no domain imports another."""
