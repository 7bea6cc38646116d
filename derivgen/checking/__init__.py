"""The checker: reads a hand derivation and says which line is wrong, and why."""
