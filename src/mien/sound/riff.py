"""Chunks of a RIFF file, as WAV files and sound fonts are built of (name, content → bytes).

Reference: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" (1991), RIFF.
"""

import struct


def chunk(key: str, content: bytes) -> bytes:
    """A chunk: four letters, the length, the content, filled up to an even number of bytes."""
    return key.encode() + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
