"""Data assets are made: the font cut, the resting face."""
