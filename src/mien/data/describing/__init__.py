"""A project told to people and tools: counts and next steps, datasheet, Croissant."""
