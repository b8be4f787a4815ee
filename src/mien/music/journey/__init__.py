"""Music whose mood moves: a way through moods becomes stretches of music, endless or with an end."""
