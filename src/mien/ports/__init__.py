"""Values → the world: MIDI, OSC, and a silent twin, all behind one protocol (`mien.ports.port`)."""
