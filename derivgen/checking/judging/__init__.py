"""Verdicts on claims: numbers, symbols, shapes; which follows from which; conventions and policies."""
