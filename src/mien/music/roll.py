"""A phrase becomes a picture: a piano roll (Phrase → PNG, 1600 × 900 pixels).

Time runs to the right in ticks, pitch upwards. Each part has a colour, stronger for louder notes. Sections and phrases
stand above, the harmony below; the kit has lanes of its own. The picture is drawn at twice the size and reduced, so
edges are smooth. Same phrase, same picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

from mien.ensembles import ensemble
from mien.music.spelling import written_key
from mien.values import Mark, Note, Part, Phrase
from mien.vocabulary import meter_name
from mien.writing import provenance, write_aside

WIDTH_PX, HEIGHT_PX = 1600, 900

_Colour = tuple[int, int, int]
COLOURS: Mapping[Part, _Colour] = MappingProxyType(
    {
        Part.MELODY: (213, 94, 0),
        Part.HARMONY: (0, 114, 178),
        Part.TEXTURE: (0, 158, 115),
        Part.RHYTHM: (170, 68, 136),
        Part.KIT: (90, 90, 90),
    }
)
"""The colour of each part (Okabe & Ito 2008, distinguishable for colour-blind eyes)."""
_PAPER, _INK, _FAINT, _SHADE, _LINE = (252, 251, 248), (40, 40, 44), (130, 130, 136), (245, 243, 238), (224, 222, 216)
_BLACK_KEYS = (1, 3, 6, 8, 10)
_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 118, 80
_CHORD_ROWS = (18, 36)
"""Rows below the roll: a chord with no room in the first row is named in the second."""
_KIT_LANE = 16


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A drawing with its scales; places are pixels of the finished picture."""

    draw: ImageDraw.ImageDraw
    length_ticks: int
    low_midi: int
    high_midi: int
    kit: tuple[int, ...]

    @property
    def floor(self) -> float:
        """Lower edge of the pitches' area."""
        return HEIGHT_PX - _BOTTOM - (len(self.kit) * _KIT_LANE + 12 if self.kit else 0)

    @property
    def row(self) -> float:
        """Height of a semitone."""
        return (self.floor - _TOP) / (self.high_midi - self.low_midi + 1)

    def x(self, ticks: float) -> float:
        return _LEFT + (WIDTH_PX - _LEFT - _RIGHT) * min(ticks / self.length_ticks, 1.0)

    def y(self, pitch_midi: int) -> float:
        """Upper edge of a pitch's row."""
        return self.floor - (pitch_midi - self.low_midi + 1) * self.row

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: _Colour, radius: float = 0) -> None:
        corners = [_SCALE * x0, _SCALE * y0, _SCALE * max(x1, x0 + 1), _SCALE * max(y1, y0 + 1)]
        self.draw.rounded_rectangle(corners, radius * _SCALE, fill=colour)

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: _Colour, width: float = 0.5) -> None:
        self.draw.line([_SCALE * v for v in (x0, y0, x1, y1)], fill=colour, width=max(1, round(width * _SCALE)))

    def write(self, x: float, y: float, text: str, size: int, colour: _Colour, anchor: str = "lm") -> float:
        """Write a line of text and return where it ends."""
        font, plain = ImageFont.load_default(size * _SCALE), _plain(text)
        self.draw.text((_SCALE * x, _SCALE * y), plain, font=font, fill=colour, anchor=anchor)
        for place in (i for i, letter in enumerate(text) if letter == "ø"):
            start = x + float(self.draw.textlength(plain[:place], font=font)) / _SCALE
            x0, y0, x1, y1 = (edge / _SCALE for edge in font.getbbox("o", anchor=anchor))
            self.line(start + x0, y + y1 + 0.5, start + x1, y + y0 - 0.5, colour, size / 12)
        return x + self.length(text, size)

    def length(self, text: str, size: int) -> float:
        """Width of a line of text."""
        return float(self.draw.textlength(_plain(text), font=ImageFont.load_default(size * _SCALE))) / _SCALE


def _plain(text: str) -> str:
    """The text in characters of Pillow's own font, which lacks the accidentals and the slashed o of half-diminished
    chords."""
    return text.replace("♭", "b").replace("♯", "#").replace("ø", "o")


def roll_png(phrase: Phrase, path: Path, tempo_bpm: float | None = None) -> None:
    """Draw a phrase as a piano roll and write it as PNG, whole or not at all.

    Parameters
    ----------
    tempo_bpm : the tempo for the title: the written one, since that of a performance wavers; by default the first.

    Raises
    ------
    CannotWrite
        If the folder cannot be written.
    """
    marks = PngImagePlugin.PngInfo()
    marks.add_text("Software", provenance(phrase.seed))
    with write_aside(path) as aside:
        draw_roll(phrase, tempo_bpm).save(aside, format="PNG", pnginfo=marks, optimize=True)


def draw_roll(phrase: Phrase, tempo_bpm: float | None = None) -> Image.Image:
    """Draw a phrase as a piano roll, RGB of `WIDTH_PX` × `HEIGHT_PX` (see `roll_png`)."""
    picture = Image.new("RGB", (WIDTH_PX * _SCALE, HEIGHT_PX * _SCALE), _PAPER)
    pitches = [note.pitch_midi for note in phrase.notes if note.part is not Part.KIT] or [60]
    sheet = _Sheet(
        draw=ImageDraw.Draw(picture),
        length_ticks=max([phrase.length_ticks, *(note.end_ticks for note in phrase.notes)]),
        low_midi=min(*pitches, 57) - 2,
        high_midi=max(*pitches, 69) + 2,
        kit=tuple(sorted({note.pitch_midi for note in phrase.part(Part.KIT)})),
    )
    _draw_grid(sheet, phrase)
    _draw_form(sheet, phrase)
    _draw_chords(sheet, phrase)
    for note in sorted(phrase.notes, key=lambda note: (-note.part, note)):  # the melody lies on top
        _draw_note(sheet, note)
    _draw_title(sheet, phrase, phrase.tempo[0][1] if tempo_bpm is None else tempo_bpm)
    return picture.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.LANCZOS)


def _draw_grid(sheet: _Sheet, phrase: Phrase) -> None:
    right = WIDTH_PX - _RIGHT
    for pitch in range(sheet.low_midi, sheet.high_midi + 1):
        if pitch % 12 in _BLACK_KEYS:
            sheet.box(_LEFT, sheet.y(pitch), right, sheet.y(pitch) + sheet.row, _SHADE)
        if pitch % 12 == 0:
            sheet.line(_LEFT, sheet.y(pitch) + sheet.row, right, sheet.y(pitch) + sheet.row, _LINE, 1)
            sheet.write(_LEFT - 10, sheet.y(pitch) + sheet.row / 2, f"C{pitch // 12 - 1}", 13, _FAINT, "rm")
    bars = -(-phrase.length_ticks // phrase.bar_ticks)
    every = next((step for step in (1, 2, 4, 8, 16) if bars / step <= 40), 32)
    for bar in range(0, bars + 1, every):
        x = sheet.x(bar * phrase.bar_ticks)
        sheet.line(x, _TOP, x, HEIGHT_PX - _BOTTOM, _LINE)
        if bar < bars:
            sheet.write(x + 3, HEIGHT_PX - 16, str(bar + 1), 11, _FAINT)
    if sheet.kit:
        sheet.write(_LEFT - 10, sheet.floor + 12 + len(sheet.kit) * _KIT_LANE / 2, "kit", 13, _FAINT, "rm")


def _draw_form(sheet: _Sheet, phrase: Phrase) -> None:
    """Sections as bands with their names, phrases as brackets beneath."""
    for number, (start, end, mark) in enumerate(_spans(phrase, "section")):
        x0, x1 = sheet.x(start), sheet.x(end)
        sheet.box(x0 + 1, 64, x1 - 1, 86, (226, 224, 218) if number % 2 else (236, 234, 228), 4)
        letter, _, _ = mark.text.partition(",")  # "B, in F major"
        for text in (mark.text, letter):
            if sheet.length(text, 15) < x1 - x0 - 6:
                sheet.write(min(x0 + 10, x1 - 4 - sheet.length(text, 15)), 75, text, 15, _INK)
                break
        sheet.line(x0, 64, x0, HEIGHT_PX - _BOTTOM, _FAINT, 1)
    free_from = 0.0
    for start, end, mark in _spans(phrase, "phrase"):
        x0, x1 = sheet.x(start) + 3, sheet.x(end) - 3
        sheet.line(x0, 94, x1, 94, _FAINT, 1)
        sheet.line(x0, 94, x0, 99, _FAINT, 1)
        sheet.line(x1, 94, x1, 99, _FAINT, 1)
        if x0 >= free_from and x0 + sheet.length(mark.text, 11) < WIDTH_PX - 4:
            free_from = sheet.write(x0 + 4, 106, mark.text, 11, _FAINT) + 6


def _spans(phrase: Phrase, kind: str) -> list[tuple[int, int, Mark]]:
    marks = [mark for mark in phrase.marks if mark.kind == kind]
    edges = pairwise([*(mark.onset_ticks for mark in marks), phrase.length_ticks])
    return [(start, end, mark) for (start, end), mark in zip(edges, marks, strict=True)]


def _draw_chords(sheet: _Sheet, phrase: Phrase) -> None:
    """Name each change of harmony where there is room."""
    free_from, last, floor = [0.0] * len(_CHORD_ROWS), "", HEIGHT_PX - _BOTTOM
    for chord in phrase.chords:
        x = sheet.x(chord.onset_ticks)
        row = next((row for row, free in enumerate(free_from) if x >= free), None)
        fits = x + sheet.length(chord.roman, 14) < WIDTH_PX - 4
        if chord.roman != last and row is not None and fits:
            sheet.line(x, floor, x, floor + 6, _FAINT, 1)
            free_from[row] = sheet.write(x + 3, floor + _CHORD_ROWS[row], chord.roman, 14, _INK) + 8
        last = chord.roman


def _draw_note(sheet: _Sheet, note: Note) -> None:
    strength = 0.35 + 0.65 * note.velocity / 127
    colour = COLOURS[note.part]
    red, green, blue = (round(p + (c - p) * strength) for c, p in zip(colour, _PAPER, strict=True))
    x0, x1 = sheet.x(note.onset_ticks), sheet.x(note.end_ticks)
    if note.part is Part.KIT:
        y = sheet.floor + 12 + (len(sheet.kit) - 1 - sheet.kit.index(note.pitch_midi)) * _KIT_LANE
        sheet.box(x0, y + 3, x0 + 5, y + _KIT_LANE - 3, (red, green, blue), 2)
        return
    # A paper edge keeps repeated notes apart.
    sheet.box(x0 - 0.5, sheet.y(note.pitch_midi), x1, sheet.y(note.pitch_midi) + sheet.row, _PAPER, 2.5)
    sheet.box(x0, sheet.y(note.pitch_midi) + 0.75, x1 - 1, sheet.y(note.pitch_midi) + sheet.row - 0.75,
              (red, green, blue), 2.5)  # fmt: skip


def _draw_title(sheet: _Sheet, phrase: Phrase, tempo_bpm: float) -> None:
    band = ensemble(phrase.ensemble)
    words = f"{written_key(phrase).name}   {meter_name(phrase.meter)}   {tempo_bpm:.0f} bpm"
    end = sheet.write(_LEFT, 32, band.title, 24, _INK)
    sheet.write(end + 20, 34, words, 16, _FAINT)
    x = float(WIDTH_PX - _RIGHT)
    for part in sorted(band.players, reverse=True):
        role, instrument = part.name.lower(), band.players[part].instrument
        name = role if band.solo or role == instrument.lower() else f"{role}: {instrument}"
        x -= sheet.length(name, 15)
        sheet.write(x, 34, name, 15, _INK)
        sheet.box(x - 19, 28, x - 7, 40, COLOURS[part], 3)
        x -= 36
