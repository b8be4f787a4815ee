"""The points of a face become named cues (Face → Cues)."""
