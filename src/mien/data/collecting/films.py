"""A video becomes finds: a frame every so many seconds, each kept as a JPEG (path → iterator of Find).

A frame's address is the moment it was taken at, in seconds to three decimals ("clip.mp4@12.000"), so that no two frames
share one; the frames of one film are an album. Encoding is the same on every run, so that a film taken up again after a
kill gives the same bytes.
"""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from mien.data.collecting.finds import Find, Known, spoken
from mien.errors import BadInput
from mien.face.video import frames_of

QUALITY = 95
"""Of the JPEG, without loss of colour's resolution."""


def frames_as_finds(path: Path, address: str, known: Known, every_s: float) -> Iterator[Find]:
    """Give a film's frames; one that cannot be read, or not to its end, is a find with a problem of its own address.

    Up to version 0.3.0 the moment was told to one decimal: what is known so is not given again.
    """
    try:
        for frame in frames_of(path, 1 / every_s):
            moment = f"{address}@{frame.time_s:.3f}"
            if not (known(moment) or known(f"{address}@{frame.time_s:.1f}")):
                held = io.BytesIO()
                Image.fromarray(frame.rgb).save(held, "JPEG", quality=QUALITY, subsampling=0)
                yield Find(moment, held.getvalue(), album=spoken(str(path)))
    except BadInput as problem:
        yield Find(address, problem=str(problem).removeprefix(f"{path}: "))
