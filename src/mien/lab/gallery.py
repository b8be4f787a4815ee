"""Emotions × ensembles become a page to look at and listen to.

`python -m mien.lab.gallery --out FOLDER` (or `make gallery`) writes a MIDI, WAV, score, piano roll and account of each
pair, and `index.html`, a table of players and pictures that needs no network. It is how a change of the composer is
judged by eye and ear before it is called done.
"""

import argparse
import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from mien.ensembles import ensembles
from mien.instrument import compose
from mien.music.spelling import key_name
from mien.piece import Piece
from mien.writing import write_bytes

EMOTIONS = ("happy", "angry", "sad", "neutral", "calm")
SECONDS = 30.0
FILES = ("mid", "wav", "musicxml", "svg", "json", "png")

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.45 Georgia, serif; }
body { margin: 2rem auto; max-width: 78rem; padding: 0 1rem; }
section { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; padding: 1rem; border: 1px solid #8886; border-radius: .6rem; }
img { width: 100%; background: #fff; border-radius: .3rem; }
audio { width: 100%; }
figcaption { font-size: .9rem; }
"""


def hang(
    folder: Path,
    emotions: Sequence[str] = EMOTIONS,
    bands: Sequence[str] | None = None,
    seconds: float = SECONDS,
    seed: int = 1,
) -> Path:
    """Compose and save every pair, and the page that shows them; return the page's path.

    Raises
    ------
    BadInput
        If an emotion or ensemble is unknown.
    CannotWrite
        If the folder cannot be written.
    """
    shown: list[tuple[str, list[Piece]]] = []
    for emotion in emotions:
        pieces = []
        for band in bands or tuple(ensembles()):
            piece = compose(emotion, seconds=seconds, seed=seed, ensemble=band)
            piece.save(folder, FILES)
            del piece.__dict__["rendering"]  # a minute of stems a piece is too much to keep for a whole gallery
            pieces.append(piece)
        shown.append((emotion, pieces))
    page = folder / "index.html"
    write_bytes(page, _page(shown).encode())
    return page


def _page(shown: Iterable[tuple[str, list[Piece]]]) -> str:
    sections = "".join(
        f"<h2>{html.escape(emotion)}</h2><section>{''.join(_figure(piece) for piece in pieces)}</section>"
        for emotion, pieces in shown
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>mien: a gallery</title><style>{_STYLE}</style><h1>mien: a gallery</h1>"
        "<p>Generated music: every piece from the name of an emotion, an ensemble and a seed.</p>"
        f"{sections}</html>\n"
    )


def _figure(piece: Piece) -> str:
    name, brief = html.escape(piece.name), piece.brief
    beats, unit = brief.meter
    facts = f"{key_name(brief.tonic_pc, brief.mode)}, {brief.tempo_bpm:.0f} BPM, {beats}/{unit}"
    return (
        f'<figure><a href="{name}.svg"><img src="{name}.png" alt="piano roll of {name}"></a>'
        f'<audio controls preload="none" src="{name}.wav"></audio>'
        f"<figcaption><strong>{html.escape(brief.ensemble)}</strong>: {html.escape(facts)} · "
        f'<a href="{name}.svg">score</a> · <a href="{name}.mid">MIDI</a> · <a href="{name}.json">why</a>'
        "</figcaption></figure>"
    )


def main() -> None:
    """Read the options and hang the gallery."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.gallery", description=__doc__)
    options.add_argument("--out", type=Path, default=Path("out/gallery"), help="folder for the gallery")
    options.add_argument("--seconds", type=float, default=SECONDS, help="length of each piece")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    print(hang(asked.out, seconds=asked.seconds, seed=asked.seed))


if __name__ == "__main__":
    main()
