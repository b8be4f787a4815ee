"""The curator's desk: a pile of pictures becomes a person's own emotion classes, with provenance and consent."""
