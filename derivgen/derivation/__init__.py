"""Derivatives of equations, numbers through them, paths, and the independent check."""
