"""Notes become sound (Phrase → Audio)."""
