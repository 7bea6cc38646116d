"""A network as index equations, and the reading of a spec."""
