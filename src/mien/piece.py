"""A piece with all that led to it, and how it becomes files.

`Piece` is what `mien.play` and `mien.compose` give: brief, written phrase, performed phrase. Its sound and its
score are made when they are first asked for. To add a format: a writer, its line in `_WRITERS`, and what
`CONTRIBUTING.md` names.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien import __version__
from mien.account import (
    Moods,
    account_of_affect,
    account_of_brief,
    account_of_music,
    account_of_place,
)
from mien.errors import BadInput
from mien.music.in_force import Briefs
from mien.music.spelling import written_key
from mien.reading import Reading
from mien.values import Affect, Brief, Phrase
from mien.writing import readable, sha256_of, write_together

if TYPE_CHECKING:
    from mien.sound.render import Rendering

FILES = ("mid", "wav", "musicxml", "svg", "json")
"""What a piece is saved as, unless asked otherwise."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of music with all that led to it.

    `path` holds the affects it follows, (seconds, affect); one alone for a piece of one mood, None where a live session
    followed cues alone or its file kept no reading. `brief` is the one it begins with; `written` is the score, on the
    grid; `performed` the same notes as they are played. `briefs` are those in force along it, (tick, brief) with the
    first at tick 0; by default the one it begins with. `reading` is the face that it begins with, `arrival` the one it
    leads to, where pictures were read; `sources` are the pictures or the video, which no file of it may replace.
    """

    name: str
    path: Moods
    brief: Brief
    written: Phrase
    performed: Phrase
    reading: Reading | None = None
    font: Path | None = field(default=None, repr=False)
    briefs: Briefs = field(default=(), repr=False)
    sources: tuple[Path, ...] = field(default=(), repr=False)
    arrival: Reading | None = None

    def __post_init__(self) -> None:
        if not self.briefs:
            object.__setattr__(self, "briefs", ((0, self.brief),))

    @property
    def title(self) -> str:
        """Its name as it is printed; `name` is that of its files, whose letters may be none of Unicode's."""
        return readable(self.name)

    @property
    def affect(self) -> Affect:
        """The affect it begins with.

        Raises
        ------
        LookupError
            If none is known (see `path`).
        """
        affect = self.path[0][1]
        if affect is None:
            raise LookupError(f"{self.name}: no reading was kept of how it begins")
        return affect

    @cached_property
    def rendering(self) -> "Rendering":
        """The sound: the mix and its stems."""
        from mien.sound.render import render

        brightness, loudness = self._mean("brightness"), self._mean("loudness")
        return render(self.performed, font=self.font, brightness=brightness, loudness=loudness)

    def _mean(self, field: str) -> float:
        """The mean of a brief's number over the piece: tone and level do not move within one rendering."""
        ends = [*(tick for tick, _ in self.briefs[1:]), self.written.length_ticks]
        lasting = [max(0, end - tick) for (tick, _), end in zip(self.briefs, ends, strict=True)]
        whole = sum(lasting)
        if not whole:
            return float(getattr(self.brief, field))
        shares = zip(self.briefs, lasting, strict=True)
        return float(sum(getattr(brief, field) * share for (_, brief), share in shares) / whole)

    @cached_property
    def score(self) -> str:
        """The printed score as MusicXML."""
        from mien.music.score.musicxml import musicxml

        return musicxml(self.written, title=self.title, briefs=self.briefs)

    def account(self) -> dict[str, Any]:
        """Why this music: reading, brief with reasons, and the bars, as plain data."""
        return {
            "generated_by": f"mien {__version__}",
            "name": self.title,
            "seed": self.written.seed,
            "seconds": round(self.performed.length_s, 2),
            "reading": self._account_of_reading(),
            "arrival": self.arrival.account() if self.arrival else None,
            "path": [{"time_s": round(time_s, 2)} | account_of_place(affect) for time_s, affect in self.path],
            "key": written_key(self.brief).name,
            "brief": account_of_brief(self.brief),
            **account_of_music(self.written, self.performed, self.briefs, self.path),
        }

    def _account_of_reading(self) -> dict[str, Any] | None:
        if self.reading:
            return self.reading.account()
        _, affect = self.path[0]
        return account_of_affect(affect) if affect else None

    def places(self, folder: str | Path, files: Iterable[str] = FILES) -> dict[str, Path]:
        """Where `save` would write each kind of file; errors as there."""
        return {kind: Path(folder) / _filename(self.name, kind) for kind in check_files(files)}

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
            If a kind of file is unknown, one would take the place of a picture or the video itself, or the piece's name
            is none for a file ("AC/DC").
        CannotWrite
            If the folder cannot be written; nothing is left behind.
        """
        folder = Path(folder)
        places = self.places(folder, files)
        for kind, path in places.items():
            self._check_spared(kind, path)
        with write_together(folder) as aside:
            for kind, path in sorted(places.items(), key=lambda place: place[0] == "json"):  # it names the others
                on_file(kind)
                _WRITERS[kind](self, aside / path.name)
        return places

    def _check_spared(self, kind: str, path: Path) -> None:
        """Refuse a file in whose place, or a folder in which, a picture or the video stands."""
        for source in self.sources:
            if not source.exists() or not path.exists():
                continue
            if path.samefile(source) or path.resolve() in source.resolve().parents:
                raise BadInput(
                    f"{path}: there stands what the music was read from, and '{kind}' would take its place; give "
                    f"another folder with --out, or leave out '{kind}'"
                )


def check_files(files: Iterable[str]) -> tuple[str, ...]:
    """Check kinds of file, in a row or as "mid,wav", against those there are, and drop repetitions.

    Raises
    ------
    BadInput
        If one is unknown, or none is given.
    """
    kinds = tuple(dict.fromkeys(map(str.strip, files.split(",")) if isinstance(files, str) else files))
    unknown = [kind for kind in kinds if kind not in _WRITERS]
    if unknown or not kinds:
        raise BadInput(f"unknown kind of file '{', '.join(unknown)}': choose from {', '.join(FILES + MORE_FILES)}")
    return kinds


def _filename(name: str, kind: str) -> str:
    if not name or Path(name).name != name or "\0" in name:
        raise BadInput(f"'{name}': no name for a file; give one without / and not empty, as in  name='my piece'")
    return f"{name}-stems" if kind == "stems" else f"{name}.{kind}"


def _write_midi(piece: Piece, path: Path) -> None:
    from mien.music.midi import write_midi

    write_midi(piece.performed, path, title=piece.title, briefs=piece.briefs)


def _write_wav(piece: Piece, path: Path) -> None:
    from mien.sound.wav import write_wav

    write_wav(piece.rendering.mix, path, seed=piece.written.seed)


def _write_stems(piece: Piece, path: Path) -> None:
    from mien.sound.wav import write_wav

    path.mkdir()
    for player, stem in piece.rendering.stems.items():
        write_wav(stem, path / f"{player}.wav", seed=piece.written.seed)


def _write_musicxml(piece: Piece, path: Path) -> None:
    path.write_text(piece.score, encoding="utf-8")


def _write_svg(piece: Piece, path: Path) -> None:
    from mien.music.score.engrave import write_svg

    write_svg(piece.score, path)


def _write_pdf(piece: Piece, path: Path) -> None:
    from mien.music.score.pdf import write_pdf

    write_pdf(piece.score, path)


def _write_roll(piece: Piece, path: Path) -> None:
    from mien.music.roll import roll_png

    roll_png(piece.performed, path, tempo_bpm=piece.written.tempo[0][1])


def _write_account(piece: Piece, path: Path) -> None:
    """The account, with checksums of what was saved with it: a later piece may take the place of some files alone."""
    others = sorted(file for file in path.parent.iterdir() if file.is_file())
    account = piece.account() | {"sha256": {file.suffix[1:]: sha256_of(file) for file in others}}
    path.write_text(json.dumps(account, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


_WRITERS: Mapping[str, Callable[[Piece, Path], None]] = {
    "mid": _write_midi,
    "wav": _write_wav,
    "musicxml": _write_musicxml,
    "svg": _write_svg,
    "pdf": _write_pdf,
    "json": _write_account,
    "png": _write_roll,
    "stems": _write_stems,
}
MORE_FILES = tuple(kind for kind in _WRITERS if kind not in FILES)
"""What it can be saved as besides `FILES`: the score as PDF, a piano roll, and a folder of one WAV a part."""
