"""Makes the data assets: the cut font, the resting face."""
