"""A picture becomes faces with points, pose and an aligned chip (Frame → Face)."""
