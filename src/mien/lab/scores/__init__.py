"""Measures music, beside real music and by a judge; holds what the composer learns from songs."""
