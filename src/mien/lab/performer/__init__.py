"""A performer made of numbers: who, which expression, from where, in which light → a picture with its exact truth."""
