"""Recommenders from the literature and from other libraries, behind one interface: fit, then rank."""
