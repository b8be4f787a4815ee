"""The live instrument: frames come in, music goes out, on three clocks (gesture, structure, mood)."""
