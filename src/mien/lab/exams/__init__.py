"""The reader is examined: scores, regions, abstention, invariance, and simpler ways beside it."""
