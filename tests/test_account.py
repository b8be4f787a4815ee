"""The account says of every bar what the music does, and the document says what the account does."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mien.account import account_of_music
from mien.circumplex import affect_at, affect_of
from mien.instrument import compose, travel
from mien.music.journey.path import path_between
from mien.values import Brief, Chord, Mark, Note, Part, Phrase
from mien.vocabulary import Mode

from conftest import ROOT


@pytest.fixture(scope="module")
def journey() -> dict[str, Any]:
    way = path_between(affect_of("sad"), affect_of("happy"), 50)
    return travel(way, seconds=50, seed=2).account()


def names(value: Any) -> Iterator[str]:
    """Every key of an account."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names(inner)


def test_every_field_is_documented(journey: dict[str, Any]) -> None:
    text = (ROOT / "docs" / "piece.md").read_text(encoding="utf-8")
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", text))))
    open_sets = set(journey["brief"]) | set(journey["reading"]["probabilities"]) | set(journey["reading"]["shares"])
    assert set(names(journey)) - open_sets <= told


def test_each_bar_says_what_stands_in_it() -> None:
    piece = compose("sad", seconds=30, seed=3, meter=(6, 8))
    account = piece.account()
    bars = account["bars"]
    assert [bar["bar"] for bar in bars] == list(range(1, piece.written.length_ticks // piece.written.bar_ticks + 1))
    assert all(bar["chords"] and bar["section"] and bar["phrase"] for bar in bars)
    assert all(bar["chords"][0]["beat"] == 1 for bar in bars)
    assert bars[0]["motif"] == {"name": "a", "transformation": "first heard", "moved_semitones": 0}
    assert sum(bar["begins_phrase"] for bar in bars) == sum(mark.kind == "phrase" for mark in piece.written.marks)
    assert [bar["cadence"] for bar in bars if bar["cadence"]] == [
        mark.text for mark in piece.written.marks if mark.kind == "cadence"
    ]
    times = [bar["time_s"] for bar in bars]
    assert times[0] == 0 and times == sorted(times) and times[-1] < account["seconds"]
    assert {bar["brief"] for bar in bars} == {0}
    assert account["briefs"] == [{"from_bar": 1, "fields": account["brief"]}]


def test_moods_that_move_are_told_bar_by_bar(journey: dict[str, Any]) -> None:
    bars = journey["bars"]
    assert (bars[0]["reads_as"], bars[-1]["reads_as"]) == ("sadness", "happiness")
    assert len(journey["briefs"]) > 2
    asked = [journey["briefs"][bar["brief"]]["fields"]["tempo_bpm"]["value"] for bar in bars]
    assert asked[-1] > asked[0] + 20
    for number, brief in enumerate(journey["briefs"]):
        assert next(bar["bar"] for bar in bars if bar["brief"] == number) == brief["from_bar"]
    assert json.loads(json.dumps(journey)) == journey


def test_motifs_are_followed_through_their_changes() -> None:
    pitches = (60, 64, 67, 60, 62)
    notes = tuple(Note(1920 * bar, Part.MELODY, pitch, 1920, 60) for bar, pitch in enumerate(pitches))
    texts = ((0, "a"), (1920, "b"), (3840, "a"), (5760, "a"), (7680, "a inverted"))
    marks = tuple(Mark(tick, "motif", text) for tick, text in texts)
    chords = (Chord(0, 4800, (0, 4, 7), 0, "I", "T"), Chord(4800, 4800, (7, 11, 2), 7, "V", "D"))
    phrase = Phrase(notes, 9600, (4, 4), ((0, 60.0),), 0, Mode.IONIAN, "piano", 1, chords, marks)
    brief = Brief(60, 0, Mode.IONIAN)
    bars = account_of_music(phrase, phrase, ((0, brief),), ((0.0, affect_at(0, 0)),))["bars"]
    told = [(bar["motif"]["name"], bar["motif"]["transformation"], bar["motif"]["moved_semitones"]) for bar in bars]
    assert told == [
        ("a", "first heard", 0),
        ("b", "first heard", 0),
        ("a", "transposed", 7),
        ("a", "repeated", 0),
        ("a", "inverted", 2),
    ]
    assert [chord["beat"] for chord in bars[2]["chords"]] == [1, 3]
    assert [bar["time_s"] for bar in bars] == [0, 4, 8, 12, 16]


def test_moods_may_leap_and_be_unknown() -> None:
    sad, happy = affect_of("sad"), affect_of("happy")
    moods = ((0.0, None), (4.0, None), (4.0, sad), (12.0, happy), (12.0, None))
    marks = (Mark(0, "motif", "a"),)
    phrase = Phrase((), 4 * 1920, (4, 4), ((0, 60.0),), 0, Mode.IONIAN, "piano", 1, (), marks)
    bars = account_of_music(phrase, phrase, ((0, Brief(60, 0, Mode.IONIAN)),), moods)["bars"]
    assert [bar["time_s"] for bar in bars] == [0, 4, 8, 12]
    assert [bar["valence"] for bar in bars] == [None, -0.6, 0.05, None], "a leap, a straight line, and nothing known"
    assert [bar["shares"] is None for bar in bars] == [True, False, False, True]
