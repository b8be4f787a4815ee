"""The workshop: networks, training, measures. The only place for keras; nothing else may import it."""
