"""Chip and cues become a reading of the expression (Face, Cues → Affect)."""
