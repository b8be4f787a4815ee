"""Sound becomes a WAV file (Audio → RIFF bytes): 24-bit PCM, two channels, with its origin in the INFO list.

Reference: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" (1991), WAVE and INFO.
"""

import struct
from pathlib import Path

import numpy as np

from mien import __version__
from mien.values import Audio
from mien.writing import provenance, write_bytes

_FULL_SCALE = 2**23 - 1


def wav_bytes(audio: Audio, seed: int) -> bytes:
    """Encode sound.

    Parameters
    ----------
    audio : what lies outside −1..1 is clipped.
    seed : of the music, for the mark of origin (INFO chunks ISFT and ICMT).
    """
    words = np.rint(np.clip(audio.samples, -1, 1) * np.float64(_FULL_SCALE)).astype("<i4")
    pcm = words.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    texts = {"ISFT": f"mien {__version__}", "ICMT": provenance(seed)}
    info = b"".join(_chunk(key, text.encode() + b"\0") for key, text in texts.items())
    form = struct.pack("<HHIIHH", 1, 2, audio.rate_hz, audio.rate_hz * 6, 6, 24)
    return _chunk("RIFF", b"WAVE" + _chunk("fmt ", form) + _chunk("LIST", b"INFO" + info) + _chunk("data", pcm))


def write_wav(audio: Audio, path: Path, *, seed: int) -> None:
    """Write sound as a WAV file (see `wav_bytes`), whole or not at all.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    """
    write_bytes(path, wav_bytes(audio, seed))


def _chunk(key: str, content: bytes) -> bytes:
    return key.encode() + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
