"""The stages joined: a picture becomes readings, a reading becomes a piece, a piece becomes files.

    picture → Frame → Face → Cues → Affect → Brief → Phrase (written) → Phrase (performed) → Audio

Everything here is a straight line through the stages; each can be called alone. Seeds make it repeatable: the same
picture, options, seed and version give the same files.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien import __version__
from mien.account import account_of_affect, account_of_bars, account_of_brief, account_of_reading
from mien.circumplex import affect_at, affect_of
from mien.errors import BadInput, NoFace
from mien.music.brief import brief_from_affect
from mien.music.compose import compose as write_music
from mien.music.key import parse_key
from mien.music.perform import perform
from mien.values import Affect, Brief, Cues, Face, Phrase
from mien.writing import write_together

if TYPE_CHECKING:
    from mien.affect.network import Reader
    from mien.sound.render import Rendering

FILES = ("mid", "wav", "musicxml", "svg", "json")
"""What a piece is saved as, unless asked otherwise."""
MORE_FILES = ("png", "stems")
"""What it can be saved as besides: a piano roll, and a folder of one WAV a part."""
SECONDS = (10.0, 3600.0)
"""Shortest and longest piece."""
SMALLEST_FACE_PX = 40.0
"""A face whose box is smaller holds too few pixels to read."""
TILE_DEPTH = 5
"""How far pictures are searched for small faces (see `mien.face.find`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One face of a picture, read.

    `streams` holds what each region says alone: probabilities in the order of `EMOTIONS`, by region. `remarks` are
    things a person should know (an animated file, a covered face).
    """

    face: Face
    cues: Cues
    affect: Affect
    streams: Mapping[str, Sequence[float]]
    remarks: tuple[str, ...] = ()

    def account(self) -> dict[str, Any]:
        """The reading as plain data, ready for JSON."""
        return account_of_reading(self.face, self.cues, self.affect, self.streams) | {"remarks": list(self.remarks)}


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of music with all that led to it.

    `written` is the score, on the grid; `performed` the same notes as they are played.
    """

    name: str
    affect: Affect
    brief: Brief
    written: Phrase
    performed: Phrase
    reading: Reading | None = None
    font: Path | None = field(default=None, repr=False)

    @cached_property
    def rendering(self) -> "Rendering":
        """The sound: the mix and its stems."""
        from mien.sound.render import render

        return render(self.performed, font=self.font, brightness=self.brief.brightness)

    def account(self) -> dict[str, Any]:
        """Why this music: reading, brief with reasons, and the bars, as plain data."""
        return {
            "generated_by": f"mien {__version__}",
            "name": self.name,
            "seed": self.written.seed,
            "seconds": round(self.performed.length_s, 2),
            "reading": self.reading.account() if self.reading else account_of_affect(self.affect),
            "brief": account_of_brief(self.brief),
            "bars": account_of_bars(self.written),
        }

    def save(
        self,
        folder: str | Path,
        files: Iterable[str] = FILES,
        on_file: Callable[[str], None] = lambda _: None,
    ) -> dict[str, Path]:
        """Write the piece into a folder, all files or none.

        Parameters
        ----------
        folder : made if it does not exist.
        files : any of `FILES` and `MORE_FILES`.
        on_file : called with each kind before it is made, for a progress bar.

        Returns
        -------
        The path of each file by its kind.

        Raises
        ------
        BadInput
            If a kind of file is unknown.
        CannotWrite
            If the folder cannot be written; nothing is left behind.
        """
        kinds = check_files(files)
        folder = Path(folder)
        with write_together(folder) as aside:
            for kind in kinds:
                on_file(kind)
                _WRITERS[kind](self, aside / _filename(self.name, kind))
        return {kind: folder / _filename(self.name, kind) for kind in kinds}


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
    return _piece(name, reading.affect, seconds, seed, ensemble, key, meter, font, reading, departures)


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
    return _piece(f"{name}-{ensemble}-{seed}", affect, seconds, seed, ensemble, key, meter, font)


def _piece(
    name: str,
    affect: Affect,
    seconds: float,
    seed: int,
    ensemble: str,
    key: str | None,
    meter: tuple[int, int] | None,
    font: str | Path | None,
    reading: Reading | None = None,
    departures: Mapping[str, float] | None = None,
) -> Piece:
    tonic_pc, mode = parse_key(key) if key is not None else (None, None)
    if font is not None:
        from mien.sound.font import load_font

        load_font(Path(font))  # refused now rather than after the music is written
    brief = brief_from_affect(
        affect, ensemble=ensemble, seed=seed, cues=departures, tonic_pc=tonic_pc, mode=mode, meter=meter
    )
    written = write_music(brief, seconds, seed)
    return Piece(name, affect, brief, written, perform(written, brief), reading, Path(font) if font else None)


def check_files(files: Iterable[str]) -> tuple[str, ...]:
    """Check kinds of file against those there are, and drop repetitions.

    Raises
    ------
    BadInput
        If one is unknown, or none is given.
    """
    kinds = tuple(dict.fromkeys(files))
    unknown = [kind for kind in kinds if kind not in _WRITERS]
    if unknown or not kinds:
        raise BadInput(f"unknown kind of file '{', '.join(unknown)}': choose from {', '.join(FILES + MORE_FILES)}")
    return kinds


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


def _filename(name: str, kind: str) -> str:
    return f"{name}-stems" if kind == "stems" else f"{name}.{kind}"


def _write_midi(piece: Piece, path: Path) -> None:
    from mien.music.midi import write_midi

    write_midi(piece.performed, path, title=piece.name)


def _write_wav(piece: Piece, path: Path) -> None:
    from mien.sound.wav import write_wav

    write_wav(piece.rendering.mix, path, seed=piece.written.seed)


def _write_stems(piece: Piece, path: Path) -> None:
    from mien.sound.wav import write_wav

    path.mkdir()
    for player, stem in piece.rendering.stems.items():
        write_wav(stem, path / f"{player}.wav", seed=piece.written.seed)


def _write_musicxml(piece: Piece, path: Path) -> None:
    path.write_text(_score(piece), encoding="utf-8")


def _write_svg(piece: Piece, path: Path) -> None:
    from mien.music.engrave import write_svg

    write_svg(_score(piece), path)


def _score(piece: Piece) -> str:
    from mien.music.score import musicxml

    return musicxml(piece.written, title=piece.name)


def _write_roll(piece: Piece, path: Path) -> None:
    from mien.music.roll import roll_png

    roll_png(piece.performed, path)


def _write_account(piece: Piece, path: Path) -> None:
    path.write_text(json.dumps(piece.account(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


_WRITERS: Mapping[str, Callable[[Piece, Path], None]] = {
    "mid": _write_midi,
    "wav": _write_wav,
    "musicxml": _write_musicxml,
    "svg": _write_svg,
    "json": _write_account,
    "png": _write_roll,
    "stems": _write_stems,
}

__all__ = ["FILES", "MORE_FILES", "Piece", "Reading", "check_files", "compose", "play", "read"]
