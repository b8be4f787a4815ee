"""The reader is trained: corpus, changes of faces, network, learning, export."""
