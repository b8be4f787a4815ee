"""Sides for learning and examining: what belongs together is dealt out whole, and leaks are looked for."""
