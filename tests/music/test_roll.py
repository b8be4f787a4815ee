"""The piano roll shows each part in its colour, and is the same picture every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops

from mien.ensembles import ensemble, ensembles
from mien.errors import CannotWrite
from mien.music.roll import HEIGHT_PX, WIDTH_PX, draw_roll, roll_png
from mien.values import Chord, Mark, Note, Part, Phrase
from mien.vocabulary import Mode


def make(band: str, notes: bool = True) -> Phrase:
    players = ensemble(band).players
    struck = [Note(480 * i, part, p.low_midi + i, 470, 100) for part, p in players.items() for i in range(8)]
    marks = (Mark(0, "section", "A"), Mark(0, "phrase", "antecedent"), Mark(1920, "section", "B"))
    chords = (Chord(0, 1920, (0, 3, 7), 0, "i", "T"), Chord(1920, 1920, (8, 0, 3), 8, "♭VI", "S"))
    return Phrase(
        tuple(sorted(struck)) if notes else (), 3840, (4, 4), ((0, 90.0),), 0, Mode.AEOLIAN, band, 3, chords, marks
    )


@pytest.mark.parametrize("band", ensembles())
def test_every_part_leaves_its_mark(band: str) -> None:
    with_notes, without = (np.asarray(draw_roll(make(band, notes)), dtype=int) for notes in (True, False))
    assert with_notes.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert (with_notes != without).any(axis=2).mean() > 0.005 * len(ensemble(band).players)


def test_louder_is_stronger() -> None:
    def darkness(velocity: int) -> float:
        note = Note(0, Part.MELODY, 72, 3840, velocity)
        phrase = Phrase((note,), 3840, (4, 4), ((0, 90.0),), 0, Mode.IONIAN, "piano", 1)
        return float(255 - np.asarray(draw_roll(phrase), dtype=float)[120:780].mean())

    assert darkness(30) < darkness(60) < darkness(120)


def test_half_diminished_chords_are_told_from_diminished_ones() -> None:
    def named(roman: str) -> Image.Image:
        return draw_roll(replace(make("piano"), chords=(Chord(0, 3840, (11, 2, 5, 9), 11, roman, "D"),)))

    slash = ImageChops.difference(named("viiø7"), named("viio7")).getbbox()
    assert slash is not None
    assert slash[2] - slash[0] < 18, "a letter struck through, and all else as it was"


def test_the_file_is_the_same_every_time_and_says_its_origin(tmp_path: Path) -> None:
    roll_png(make("piano"), tmp_path / "a.png")
    roll_png(make("piano"), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (WIDTH_PX, HEIGHT_PX)
        assert picture.info["Software"].endswith("seed 3")
    with pytest.raises(CannotWrite):
        roll_png(make("piano"), tmp_path / "none" / "a.png")
