"""Emotions × ensembles become a page to look at and listen to.

`python -m mien.lab.scores.gallery --out FOLDER` (or `make gallery`) writes a MIDI, WAV, score, piano roll and account
of each pair, and `index.html`, a page of players, pictures and scores that needs no network and no script. It is how a
change of the composer is judged by eye and ear before it is called done.
"""

import argparse
import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from mien.ensembles import ensemble, ensembles
from mien.instrument import compose
from mien.music.spelling import written_key
from mien.piece import Piece
from mien.writing import write_bytes

MOODS = ("happy", "angry", "sad", "neutral", "calm")
"""Moods that are told apart by ear: what is shown and measured."""
SECONDS = 30.0
FILES = ("mid", "wav", "musicxml", "svg", "pdf", "json", "png")

_STYLE = """
:root { color-scheme: light dark; --ink: #26262a; --faint: #6b6b72; --line: #dcd9d1; --paper: #f7f5f0; --card: #fff;
  --accent: #b34700; font: 17px/1.5 "Iowan Old Style", Palatino, Georgia, serif; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --faint: #a3a09a; --line: #3b3a38; --paper: #191919;
  --card: #232322; --accent: #ff9a52; } }
body { margin: 0 auto; max-width: 80rem; padding: 3rem 1.5rem 5rem; background: var(--paper); color: var(--ink); }
h1 { font-size: 2.4rem; font-weight: 400; margin: 0; }
h2 { font-size: 1.6rem; font-weight: 400; margin: 3.5rem 0 1rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0; }
p { color: var(--faint); max-width: 42rem; margin: .3rem 0; }
a { color: var(--accent); }
nav a { margin-right: 1.2rem; }
section { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(30rem, 100%), 1fr)); gap: 1.5rem;
  align-items: start; }
figure { margin: 0; padding: 1.1rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); }
figcaption p { font-size: .85rem; margin-bottom: .7rem; }
img { display: block; width: 100%; background: #fcfbf8; border-radius: .3rem; }
.roll { aspect-ratio: 16 / 9; }
audio { display: block; width: 100%; margin: .8rem 0 .5rem; }
details { margin: .4rem 0; } summary { cursor: pointer; color: var(--accent); }
.page { max-height: 34rem; overflow: auto; margin-top: .5rem; border: 1px solid var(--line); }
.files { font-size: .85rem; } .files a { margin-right: .9rem; }
"""


def hang(
    folder: Path,
    emotions: Sequence[str] = MOODS,
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
            del piece.__dict__["rendering"]  # a minute of stems per piece is too much to keep for a whole gallery
            pieces.append(piece)
        shown.append((emotion, pieces))
    page = folder / "index.html"
    write_bytes(page, _page(shown).encode())
    return page


def _page(shown: Iterable[tuple[str, list[Piece]]]) -> str:
    rooms = [(html.escape(emotion), pieces) for emotion, pieces in shown]
    links = "".join(f'<a href="#{emotion}">{emotion}</a>' for emotion, _ in rooms)
    sections = "".join(
        f'<h2 id="{emotion}">{emotion}</h2><section>{"".join(_figure(piece) for piece in pieces)}</section>'
        for emotion, pieces in rooms
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>mien: a gallery</title><style>{_STYLE}</style><h1>mien: a gallery</h1>"
        "<p>Generated music: every piece from the name of an emotion, an ensemble and a seed. Colours in the rolls are "
        "parts, the brackets above phrases, the numerals below chords.</p>"
        f"<nav>{links}</nav>{sections}</html>\n"
    )


def _figure(piece: Piece) -> str:
    name, brief = html.escape(piece.name), piece.brief
    beats, unit = brief.meter
    facts = (
        f"{written_key(brief).name}, {brief.tempo_bpm:.0f} beats a minute, {beats}/{unit}, "
        f"{piece.performed.length_s:.0f} s"
    )
    kinds = (("pdf", "score (PDF)"), ("musicxml", "MusicXML"), ("mid", "MIDI"), ("json", "why"))
    files = "".join(f'<a href="{name}.{kind}">{label}</a>' for kind, label in kinds)
    title = html.escape(ensemble(brief.ensemble).title)
    return (
        f"<figure><figcaption><h3>{title}</h3><p>{html.escape(facts)}</p></figcaption>"
        f'<a href="{name}.png"><img class="roll" loading="lazy" src="{name}.png" alt="piano roll of {name}"></a>'
        f'<audio controls preload="none" src="{name}.wav"></audio>'
        '<details><summary>Score</summary><div class="page">'
        f'<img loading="lazy" src="{name}.svg" alt="score of {name}"></div></details>'
        f'<div class="files">{files}</div></figure>'
    )


def main() -> None:
    """Read the options and hang the gallery."""
    options = argparse.ArgumentParser(prog="python -m mien.lab.scores.gallery", description=__doc__)
    options.add_argument("--out", type=Path, default=Path("out/gallery"), help="folder for the gallery")
    options.add_argument("--seconds", type=float, default=SECONDS, help="length of each piece")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    print(hang(asked.out, seconds=asked.seconds, seed=asked.seed))


if __name__ == "__main__":
    main()
