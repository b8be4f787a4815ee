"""A written phrase becomes a printed score: symbols, staves, signs, MusicXML, pages."""
