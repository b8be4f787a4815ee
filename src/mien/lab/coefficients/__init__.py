"""Trains the expression coefficients: faces, teacher, split, training, examination."""
