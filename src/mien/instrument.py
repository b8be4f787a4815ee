"""The stages joined: a picture becomes readings, a reading becomes a piece.

    picture → Frame → Face → Cues → Affect → Brief → Phrase (written) → Phrase (performed) → Audio

Everything here is a straight line through the stages; each can be called alone. Seeds make it repeatable: the same
picture, options, seed and version give the same files.
"""

import math
from collections.abc import Callable
from collections.abc import Mapping as Table
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mien.circumplex import affect_at, affect_of
from mien.errors import BadInput, NoFace
from mien.music.brief import brief_from_affect
from mien.music.compose import compose as write_music
from mien.music.key import parse_key
from mien.music.mapping import Mapping
from mien.music.perform import perform
from mien.piece import Piece, Reading
from mien.values import Affect, Face

if TYPE_CHECKING:
    from mien.affect.network import Reader

SECONDS = (10.0, 3600.0)
"""Shortest and longest piece."""
SMALLEST_FACE_PX = 40.0
"""A face whose box is smaller holds too few pixels to read."""
TILE_DEPTH = 5
"""How far pictures are searched for small faces (see `mien.face.find`)."""


def read(picture: str | Path, *, remark: Callable[[str], None] = lambda _: None) -> tuple[Reading, ...]:
    """Read every face of a picture, the largest first.

    Parameters
    ----------
    picture : path of a JPEG, PNG, WebP, BMP, TIFF or GIF file.
    remark : called with what a person should know about the picture as a whole.

    Raises
    ------
    BadInput
        If the file cannot be used.
    NoFace
        If no face of at least 40 pixels is found.
    """
    from mien.cues.geometry import measure
    from mien.face.look import look
    from mien.face.pictures import open_picture

    opened = open_picture(Path(picture))
    for text in opened.remarks:
        remark(text)
    faces = look(opened.frame, depth=TILE_DEPTH)
    large = [face for face in faces if _side_px(face) >= SMALLEST_FACE_PX]
    if not faces:
        raise NoFace(f"{picture}: no face found; give a picture in which a face is seen from the front, well lit")
    if not large:
        raise NoFace(
            f"{picture}: the largest face is {_side_px(faces[0]):.0f} pixels wide; "
            f"at least {SMALLEST_FACE_PX:.0f} are needed: give a larger picture or crop closer"
        )
    reader = _reader()
    readings = []
    for face in large:
        cues = measure(face)
        affect = reader.read(face, cues)
        remarks = opened.remarks + (("much of this face is hidden or unclear",) if affect.doubt > 0.75 else ())
        readings.append(Reading(face, cues, affect, reader.streams(face, cues), remarks))
    return tuple(readings)


def play(
    picture: str | Path,
    *,
    seconds: float = 60.0,
    seed: int = 1,
    ensemble: str = "piano",
    key: str | None = None,
    meter: tuple[int, int] | None = None,
    face: int = 1,
    font: str | Path | None = None,
    mapping: Mapping | None = None,
) -> Piece:
    """Turn the expression of a face into a piece of music.

    Parameters
    ----------
    picture : path of a picture with at least one face.
    seconds : length, 10 to 3600.
    seed : the same seed gives the same piece; another seed another piece for the same face.
    ensemble : a name of `mien.ensembles.ensembles()`.
    key : as in "Eb", "F# minor" or "D dorian"; chosen by mood and seed if None.
    meter : (4, 4), (3, 4), (6, 8) or (5, 4); chosen by the seed if None.
    face : which one plays, 1 for the largest.
    font : another SoundFont (sf2 or sf3) to play with.
    mapping : another table from reading to music (`mien.music.mapping.load_mapping`).

    Raises
    ------
    BadInput
        If an option or the picture cannot be used.
    """
    from mien.cues.neutral import average_neutral

    _check(seconds, seed)
    readings = read(picture)
    if not 1 <= face <= len(readings):
        raise BadInput(f"face {face}: the picture has {len(readings)}; count from 1, the largest")
    reading = readings[face - 1]
    departures = average_neutral().departures(reading.cues)
    name = Path(picture).stem
    return _piece(name, reading.affect, seconds, seed, ensemble, key, meter, font, mapping, reading, departures)


def compose(
    emotion: str | None = None,
    *,
    valence: float | None = None,
    arousal: float | None = None,
    seconds: float = 60.0,
    seed: int = 1,
    ensemble: str = "piano",
    key: str | None = None,
    meter: tuple[int, int] | None = None,
    font: str | Path | None = None,
    mapping: Mapping | None = None,
) -> Piece:
    """Compose without a face: from the name of an emotion, or from valence and arousal, −1..1 each.

    The other parameters are those of `play`.

    Raises
    ------
    BadInput
        If neither or both are given, or an option cannot be used.
    """
    _check(seconds, seed)
    if (emotion is None) == (valence is None and arousal is None):
        raise BadInput("give either an emotion (for example --emotion sad) or --valence and --arousal")
    if emotion is not None:
        affect, name = affect_of(emotion), emotion
    else:
        affect, name = affect_at(valence or 0.0, arousal or 0.0), "piece"
    return _piece(f"{name}-{ensemble}-{seed}", affect, seconds, seed, ensemble, key, meter, font, mapping)


def _piece(
    name: str,
    affect: Affect,
    seconds: float,
    seed: int,
    ensemble: str,
    key: str | None,
    meter: tuple[int, int] | None,
    font: str | Path | None,
    mapping: Mapping | None,
    reading: Reading | None = None,
    departures: Table[str, float] | None = None,
) -> Piece:
    tonic_pc, mode = parse_key(key) if key is not None else (None, None)
    if font is not None:
        from mien.sound.font import load_font

        load_font(Path(font))  # refused now rather than after the music is written
    brief = brief_from_affect(
        affect,
        ensemble=ensemble,
        seed=seed,
        cues=departures,
        mapping=mapping,
        tonic_pc=tonic_pc,
        mode=mode,
        meter=meter,
    )
    written = write_music(brief, seconds, seed)
    return Piece(name, affect, brief, written, perform(written, brief), reading, Path(font) if font else None)


def _check(seconds: float, seed: int) -> None:
    low, high = SECONDS
    if not (math.isfinite(seconds) and low <= seconds <= high):
        raise BadInput(f"{seconds:g} seconds: a piece lasts {low:g} to {high:g} seconds")
    if seed < 0:
        raise BadInput(f"seed {seed}: give a whole number from 0")


def _side_px(face: Face) -> float:
    x0, y0, x1, y1 = face.box_px
    return min(x1 - x0, y1 - y0)


@cache
def _reader() -> "Reader":
    from mien.affect.network import Reader

    return Reader()
