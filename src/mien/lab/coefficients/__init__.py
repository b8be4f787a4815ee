"""The expression coefficients are learnt: faces, teacher, split, training, examination."""
