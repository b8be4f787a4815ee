"""Trains the reader: corpus, changes of faces, network, learning, export."""
