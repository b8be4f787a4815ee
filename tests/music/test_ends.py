"""Where phrases end: what closes them stays as it was composed, the last chord is whole, drums know the metre."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mien import compose
from mien.music.drums import drum
from mien.music.figures import kits
from mien.music.rhythm import bar_ticks
from mien.music.upbeat import led_into
from mien.values import Note, Part, Phrase


def melody_of_bar(phrase: Phrase, number: int) -> list[Note]:
    start = number * phrase.bar_ticks
    return [n for n in phrase.notes if n.part is Part.MELODY and start <= n.onset_ticks < start + phrase.bar_ticks]


def test_a_phrase_that_ends_with_its_motif_has_no_pick_up() -> None:
    draft: Any = SimpleNamespace(pick_up_ticks=None)
    target: Any = None
    assert led_into(draft, target) is draft


@pytest.mark.parametrize("meter", [(3, 4), (6, 8)])
def test_what_closes_a_phrase_belongs_to_its_chord(meter: tuple[int, int]) -> None:
    """The last note before a breath, or the longest of the bar, at half cadences, is a note of the chord."""
    found = []
    for seed in range(20):
        phrase = compose(emotion="excited", seconds=30, ensemble="piano", meter=meter, seed=seed).written
        for mark in phrase.marks:
            kinds = [m.text for m in phrase.marks if m.kind == "phrase" and m.onset_ticks <= mark.onset_ticks]
            if (mark.kind, mark.text) != ("cadence", "half") or kinds[-1] == "presentation":  # that ends with a motif
                continue
            bar = mark.onset_ticks // phrase.bar_ticks
            notes = melody_of_bar(phrase, bar)
            if not notes:  # an introduction without melody
                continue
            before = [n for n, after in pairwise(notes) if after.onset_ticks > n.end_ticks]
            longest = max(notes, key=lambda note: (note.length_ticks, note.onset_ticks))
            closing = before[-1] if before else longest
            chord = max((c for c in phrase.chords if c.onset_ticks <= closing.onset_ticks), key=lambda c: c.onset_ticks)
            found.append(closing.pitch_midi % 12 in chord.pcs)
    assert len(found) > 10
    assert sum(found) / len(found) >= 0.9


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("emotion", ["happy", "sad"])
def test_a_quartet_ends_on_a_whole_chord(emotion: str, seed: int) -> None:
    phrase = compose(emotion=emotion, seconds=20, ensemble="quartet", seed=seed).written
    last = {n.pitch_midi % 12 for n in phrase.notes if n.end_ticks == phrase.length_ticks}
    assert phrase.chords[-1].pcs[1] % 12 in last


@pytest.mark.parametrize("kit", kits(), ids=lambda kit: kit.name)
def test_drums_in_six_eight_mark_two_beats(kit) -> None:  # type: ignore[no-untyped-def]
    bar = bar_ticks((6, 8))
    strokes = drum(kit, bar, (6, 8), np.random.default_rng(0), fills=False, opens=False)
    assert 0 in {s.onset_ticks for s in strokes if s.pitch_midi == 36}
    assert bar // 2 in {s.onset_ticks for s in strokes if s.pitch_midi != 36}
    assert len(kit.compound) == len(kit.rows) and all(len(tokens) == 6 for _, tokens in kit.compound)
