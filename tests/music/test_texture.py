"""Figures on chords: what would die away before it ends is struck again."""

from itertools import pairwise

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.ensembles import ensemble
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.ranges import voices_of
from mien.music.rhythm import beat_ticks
from mien.music.texture import Token, Voice, restruck
from mien.values import Part

HARP = Voice(Part.TEXTURE, 50, 90, monophonic=False, rings_ticks=1000)
DULL = Voice(Part.TEXTURE, 50, 90, monophonic=False, rings_ticks=500)


def struck(text: str, length: int, player: Voice) -> list[tuple[int, int, str]]:
    return [
        (token.onset_ticks, token.length_ticks, token.text)
        for token in restruck([Token(960, length, text, 0)], player, (4, 4))
    ]


@pytest.mark.parametrize(
    ("text", "player", "wanted"),
    [
        ("a", HARP, [(960, 960, "a"), (1920, 480, "a")]),
        ("a", DULL, [(960, 480, "0"), (1440, 480, "1"), (1920, 480, "2")]),
        ("1", HARP, [(960, 960, "1"), (1920, 480, "2")]),
        ("02", HARP, [(960, 960, "02"), (1920, 480, "13")]),
        ("r", DULL, [(960, 480, "r"), (1440, 480, "f"), (1920, 480, "r")]),
    ],
)
def test_a_dotted_half_that_dies_away_is_struck_again(text, player, wanted) -> None:
    assert struck(text, 1440, player) == wanted


def test_what_sounds_to_its_end_is_held() -> None:
    assert struck("a", 960, HARP) == [(960, 960, "a")]
    assert struck("a", 960, DULL) == [(960, 480, "01"), (1440, 480, "2")]  # no time for one tone after the other
    assert struck("a", 480, Voice(Part.TEXTURE, 50, 90, monophonic=False, rings_ticks=300)) == [(960, 480, "a")]
    violin = Voice(Part.TEXTURE, 50, 90, monophonic=True)
    assert struck("a", 1920, violin) == [(960, 1920, "a")]


@pytest.mark.parametrize("name", ["ambient", "musicbox"])
@pytest.mark.parametrize("emotion", ["sad", "calm", "happy"])
def test_plucked_accompaniment_holds_no_note_longer_than_it_sounds(name: str, emotion: str) -> None:
    brief = brief_from_affect(affect_of(emotion), ensemble=name, seed=4)
    phrase = compose(brief, 40, 4)
    for part, voice in voices_of(brief, ensemble(name)).items():
        if voice.rings_ticks is not None:
            held = [n for n in phrase.part(part) if n.length_ticks > max(voice.rings_ticks, beat_ticks(brief.meter))]
            assert all(note.end_ticks == phrase.length_ticks for note in held)


@pytest.mark.parametrize(("name", "most"), [("piano", 0), ("ambient", 0), ("chamber", 1), ("quartet", 4)])
def test_chords_have_their_third(name: str, most: int) -> None:
    lacking = 0
    for emotion in ("happy", "sad", "surprise"):
        for seed in range(1, 5):
            phrase = compose(brief_from_affect(affect_of(emotion), ensemble=name, seed=seed), 40, seed)
            begins = next(m.onset_ticks for m in phrase.marks if m.kind == "section" and m.text == "A")
            for chord in phrase.chords:
                if chord.onset_ticks < begins:  # an introduction may leave its harmony to be guessed
                    continue
                end = chord.onset_ticks + chord.length_ticks
                sounding = {
                    n.pitch_midi % 12
                    for n in phrase.notes
                    if n.onset_ticks < end and n.end_ticks > chord.onset_ticks and n.part is not Part.KIT
                }
                lacking += chord.pcs[1] not in sounding
    assert lacking <= most


@pytest.mark.parametrize("name", ["quartet", "chamber"])
def test_everybody_plays_at_the_height_of_a_piece(name: str) -> None:
    for seed in range(1, 7):
        phrase = compose(brief_from_affect(affect_of("happy"), ensemble=name, seed=seed), 45, seed)
        sections = [(mark.onset_ticks, mark.text) for mark in phrase.marks if mark.kind == "section"]
        start = [tick for tick, title in sections if title.startswith("A'")][-1]
        end = min((tick for tick, _ in sections if tick > start), default=phrase.length_ticks)
        for part in ensemble(name).players:
            assert [note for note in phrase.part(part) if start <= note.onset_ticks < end - phrase.bar_ticks]


def test_a_long_piece_thins_out_fills_up_and_changes_its_dynamic() -> None:
    for name, seed in (("piano", 2), ("quartet", 2)):
        phrase = compose(brief_from_affect(affect_of("happy"), ensemble=name, seed=seed), 120, seed)
        starts = [mark.onset_ticks for mark in phrase.marks if mark.kind == "section"]
        spans = [(a, b) for a, b in pairwise([*starts, phrase.length_ticks]) if b - a >= 8 * phrase.bar_ticks]
        inside = [[note for note in phrase.notes if a <= note.onset_ticks < b] for a, b in spans]
        rates = [len(notes) / (b - a) for notes, (a, b) in zip(inside, spans, strict=True)]
        sung = [[note.velocity for note in notes if note.part is Part.MELODY] for notes in inside]
        levels = [np.median(velocities) for velocities in sung if velocities]
        assert 1.3 < max(rates) / min(rates) < 3, name
        assert 15 < max(levels) - min(levels) < 35, name
        if name == "quartet":  # some section leaves a player out, another has them all
            assert {len({note.part for note in notes}) for notes in inside} == {3, 4}
