"""From the text of a formula to a tree: tokens, names, parser."""
