"""An author's names and those of a network: which is which."""
