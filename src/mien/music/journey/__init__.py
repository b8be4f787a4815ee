"""Music whose mood moves: a path through moods becomes stretches of music, endless or with an end."""
