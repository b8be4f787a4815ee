"""A reading becomes a brief, and a brief becomes music (Affect → Brief → Phrase)."""
