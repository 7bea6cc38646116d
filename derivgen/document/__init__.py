"""From a derivation to blocks without a format."""
