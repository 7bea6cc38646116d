"""Ways to work gradients out: over paths, with reused deltas, in matrices, in symbols, in one formula."""
