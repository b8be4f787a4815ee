"""Examines the reader: scores, regions, abstention, invariance, and simpler methods beside it."""
