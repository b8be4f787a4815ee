"""Tells the results: explanations, reports, cards and their tables."""
