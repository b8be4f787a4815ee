"""The workshop: networks, training, measurements. The only place for keras; nothing else may import it."""
