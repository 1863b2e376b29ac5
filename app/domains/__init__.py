"""The domains' parts of the API: `base` defines them, `registry` lists them."""
