"""Training of the served network; nothing of it is loaded to serve."""
