"""mien reads a facial expression and plays it."""
__version__ = "0.1.0"
