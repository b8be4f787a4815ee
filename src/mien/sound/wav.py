"""Sound becomes a WAV file (Audio → RIFF bytes): 24-bit PCM, two channels, with its origin in the INFO list.

Reference: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0" (1991), WAVE and INFO.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mien import __version__
from mien.sound.riff import chunk
from mien.values import Audio
from mien.writing import provenance, write_aside

_FULL_SCALE = 2**23 - 1
_PIECE_FRAMES = 2**16


def wav_pieces(audio: Audio, seed: int) -> Iterator[bytes]:
    """Encode sound, piece by piece: first all that stands before the samples, then these.

    Parameters
    ----------
    audio : what lies outside −1..1 is clipped.
    seed : of the music, for the mark of origin (INFO chunks ISFT and ICMT).
    """
    size = audio.samples.size * 3
    texts = {"ISFT": f"mien {__version__}", "ICMT": provenance(seed)}
    info = b"".join(chunk(key, text.encode() + b"\0") for key, text in texts.items())
    form = struct.pack("<HHIIHH", 1, 2, audio.rate_hz, audio.rate_hz * 6, 6, 24)
    head = b"WAVE" + chunk("fmt ", form) + chunk("LIST", b"INFO" + info) + b"data" + struct.pack("<I", size)
    yield b"RIFF" + struct.pack("<I", len(head) + size) + head
    for start in range(0, len(audio.samples), _PIECE_FRAMES):
        some = audio.samples[start : start + _PIECE_FRAMES]
        words = np.rint(np.clip(some, -1, 1) * np.float64(_FULL_SCALE)).astype("<i4")
        yield words.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def write_wav(audio: Audio, path: Path, *, seed: int) -> None:
    """Write sound as a WAV file (see `wav_pieces`), whole or not at all.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    """
    with write_aside(path) as aside, aside.open("wb") as file:
        file.writelines(wav_pieces(audio, seed))
