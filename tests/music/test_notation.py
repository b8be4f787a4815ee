"""Notation: the values that a bar of one voice is written in, its beams and ties."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lines import BAR, lines

from mien.music.score.notation import VALUES, Symbol, beam, write_bar, write_line
from mien.values import Note, Part
from mien.vocabulary import METERS


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(METERS), st.data())
def test_symbols_have_legal_values(meter: tuple[int, int], data: st.DataObject) -> None:
    notes = data.draw(lines(Part.MELODY, meter, 60, 72))
    line = write_line(notes, holds=False)
    for start in (0, BAR[meter]):
        symbols = write_bar(line, start, meter)
        assert symbols[0].onset_ticks == 0
        assert symbols[-1].end_ticks == BAR[meter]
        assert all(a.end_ticks == b.onset_ticks for a, b in pairwise(symbols))
        whole_rest = len(symbols) == 1 and not symbols[0].pitches
        assert whole_rest or all(s.value in VALUES.values() for s in symbols)
        for group in beam(symbols, meter):
            assert group == list(range(group[0], group[-1] + 1))
            assert all(symbols[i].flags for i in group)


def values(meter: tuple[int, int], *spans: tuple[int, int]) -> list[tuple[int, str]]:
    """Lengths of the symbols of one bar: "r" for rests."""
    notes = [Note(start, Part.MELODY, 60, length, 70) for start, length in spans]
    written = write_bar(write_line(notes, holds=False), 0, meter)
    return [(s.length_ticks, "n" if s.pitches else "r") for s in written]


@pytest.mark.parametrize(
    ("meter", "spans", "wanted"),
    [
        ((4, 4), [(0, 1440)], [(1440, "n"), (480, "r")]),
        ((4, 4), [(480, 720)], [(480, "r"), (480, "n"), (240, "n"), (240, "r"), (480, "r")]),  # the middle shows
        ((4, 4), [(240, 480)], [(240, "r"), (480, "n"), (240, "r"), (960, "r")]),  # plain syncopation
        ((4, 4), [(480, 960)], [(480, "r"), (960, "n"), (480, "r")]),
        ((4, 4), [(720, 480)], [(480, "r"), (240, "r"), (240, "n"), (240, "n"), (240, "r"), (480, "r")]),
        ((3, 4), [(0, 480)], [(480, "n"), (480, "r"), (480, "r")]),  # no half rest in three
        ((6, 8), [(0, 960)], [(720, "n"), (240, "n"), (240, "r"), (240, "r")]),
        ((6, 8), [(0, 1440)], [(1440, "n")]),
        ((6, 8), [(720, 720)], [(720, "r"), (720, "n")]),
        ((6, 8), [(720, 180), (900, 180), (1080, 180), (1260, 180)], [(720, "r")] + [(180, "n")] * 4),
        ((5, 4), [(0, 2400)], [(1440, "n"), (960, "n")]),
        ((5, 4), [(0, 1920)], [(1440, "n"), (480, "n"), (480, "r")]),
        ((5, 4), [(480, 1920)], [(480, "r"), (960, "n"), (960, "n")]),
        ((4, 4), [(0, 160), (160, 160), (320, 160)], [(160, "n")] * 3 + [(480, "r"), (960, "r")]),
    ],
)
def test_values_show_the_beats(
    meter: tuple[int, int], spans: list[tuple[int, int]], wanted: list[tuple[int, str]]
) -> None:
    assert values(meter, *spans) == wanted


def test_eighths_are_beamed_by_the_half_bar_and_sixteenths_by_the_beat() -> None:
    eighths = [Symbol(240 * i, 240, (60,)) for i in range(8)]
    assert beam(eighths, (4, 4)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    sixteenths = [Symbol(120 * i, 120, (60,)) for i in range(8)]
    assert beam(sixteenths, (4, 4)) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert beam([Symbol(240 * i, 240, (60,)) for i in range(6)], (6, 8)) == [[0, 1, 2], [3, 4, 5]]


def test_held_notes_are_tied_under_a_suspension() -> None:
    notes = [
        Note(0, Part.HARMONY, 55, 1920, 60),
        Note(0, Part.HARMONY, 65, 960, 60),
        Note(960, Part.HARMONY, 64, 960, 60),
    ]
    first, second = write_line(notes, holds=True)
    assert (first.pitches, first.tied_to, first.tied_from) == ((55, 65), {55}, set())
    assert (second.pitches, second.tied_to, second.tied_from) == ((55, 64), set(), {55})
