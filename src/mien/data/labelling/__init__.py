"""What people say of faces: their labels, whose word counts, and how far they agree."""
