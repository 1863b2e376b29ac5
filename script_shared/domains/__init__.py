"""What differs between domains, one package each; no domain imports another."""
