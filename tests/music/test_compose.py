"""Pieces hold together: what returns returns literally, sections can be streamed, the brief may change between them."""

from dataclasses import replace
from itertools import islice, product

import numpy as np
import pytest

from mien.circumplex import affect_of
from mien.errors import BadInput
from mien.music.brief import brief_from_affect
from mien.music.compose import compose, next_section
from mien.music.form import chain, forms
from mien.music.journey.phrases import next_phrase
from mien.music.journey.state import Journey
from mien.music.memory import Memory
from mien.values import Mark, Note, Part, Phrase
from mien.vocabulary import METERS, Mode


def melody_of(phrase: Phrase, start: int, length: int) -> list[tuple[int, int, int]]:
    return [
        (note.onset_ticks - start, note.length_ticks, note.pitch_midi)
        for note in phrase.part(Part.MELODY)
        if start <= note.onset_ticks < start + length
    ]


def test_the_recapitulation_brings_the_first_bars_back_literally() -> None:
    brief = brief_from_affect(affect_of("happy"), seed=7, meter=(4, 4))
    phrase = compose(brief, 45, 7)
    back = next(mark.onset_ticks for mark in phrase.marks if (mark.kind, mark.text) == ("section", "A'"))
    assert melody_of(phrase, 0, 2 * phrase.bar_ticks) == melody_of(phrase, back, 2 * phrase.bar_ticks)


def test_a_contrast_is_other_music_on_another_chord() -> None:
    for seed in range(5):
        phrase = compose(brief_from_affect(affect_of("sad"), seed=seed, meter=(4, 4)), 60, seed)
        contrast = next(mark.onset_ticks for mark in phrase.marks if (mark.kind, mark.text) == ("section", "B"))
        assert melody_of(phrase, 0, phrase.bar_ticks) != melody_of(phrase, contrast, phrase.bar_ticks)
        first = next(chord for chord in phrase.chords if chord.onset_ticks == contrast)
        assert first.pcs[0] != phrase.tonic_pc


@pytest.mark.parametrize("form", forms())
def test_the_form_asked_for_is_marked_and_followed(form: str) -> None:
    brief = brief_from_affect(affect_of("happy"), seed=3, meter=(4, 4))
    phrase = compose(brief, 66, 3, form)
    assert Mark(0, "form", form) in phrase.marks
    assert sum(mark.kind == "form" for mark in phrase.marks) == 1
    letters = "".join(
        m.text[0] for m in phrase.marks if m.kind == "section" and m.text not in ("introduction", "coda", "episode")
    )
    assert any(order in letters for order in forms()[form].orders[1:])


def test_endless_music_plays_the_chapters_of_its_form() -> None:
    brief = brief_from_affect(affect_of("happy"), seed=3, meter=(4, 4))
    journey, titles = Journey(3, brief, form="variations"), []
    for _ in range(6):
        journey, stretch = next_phrase(journey, lambda _: brief)
        titles += [mark.text for mark in stretch.written.marks if mark.kind in ("form", "section")]
    assert titles == ["variations", "A", "A'", "A''", "A'''", "A'4", "B"]


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(BadInput, match="unknown form 'blues'"):
        compose(brief_from_affect(affect_of("happy")), 20, 1, "blues")


NOT_ON_THE_TONIC = ("half", "deceptive", "modulating")
CADENCES = {"authentic": ("D", "T"), "plagal": ("S", "T"), "half": (None, "D")} | dict.fromkeys(
    ("deceptive", "modulating"), (None, None)
)
"""Functions of the last chord but one and of the last, by cadence; "tonic" claims nothing of what comes before it."""


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("seconds", [4, 10, 17, 60])
def test_cadences_are_what_their_marks_say(mode: Mode, seconds: float) -> None:
    for meter, emotion, seed in product(METERS, ("happy", "sad", "angry"), range(2)):
        phrase = compose(brief_from_affect(affect_of(emotion), seed=seed, mode=mode, meter=meter), seconds, seed)
        for mark in phrase.marks:
            if mark.kind == "cadence":
                index = next(i for i, chord in enumerate(phrase.chords) if chord.onset_ticks == mark.onset_ticks)
                wanted = CADENCES.get(mark.text, (None, "T"))
                heard = [phrase.chords[index - 1].function if index else None, phrase.chords[index].function]
                assert all(w in (None, h) for w, h in zip(wanted, heard, strict=True)), (mark, heard)
                assert (phrase.chords[index].pcs[0] == phrase.tonic_pc) is (mark.text not in NOT_ON_THE_TONIC)


def test_endless_music_may_change_its_brief_between_sections() -> None:
    sad, happy = (brief_from_affect(affect_of(e), seed=1, tonic_pc=2, meter=(4, 4)) for e in ("sad", "happy"))
    rng = np.random.default_rng(5)
    memory = Memory()
    lengths, velocities = [], []
    for number, spec in enumerate(islice(chain(rng), 8)):
        memory, passage = next_section(sad if number < 4 else happy, memory, spec, rng)
        lengths.append(passage.length_ticks)
        velocities.append(float(np.mean([note.velocity for note in passage.notes])))
    assert lengths == [8 * 4 * 480] * 8
    assert min(velocities[4:]) > max(velocities[:4])


def test_an_endless_stream_keeps_a_bounded_memory_and_never_loops() -> None:
    brief = brief_from_affect(affect_of("neutral"), seed=3, meter=(4, 4))
    rng = np.random.default_rng(3)
    memory, seen = Memory(), set()
    for spec in islice(chain(rng), 60):
        memory, passage = next_section(brief, memory, spec, rng)
        assert max(len(memory.themes), len(memory.motifs), len(memory.worn)) <= 11
        seen.add(tuple((n.onset_ticks, n.part, n.pitch_midi, n.length_ticks) for n in passage.notes))
    assert len(seen) == 60


def test_no_note_is_written_twice() -> None:
    for name in ("piano", "musicbox", "electronic"):
        phrase = compose(brief_from_affect(affect_of("surprise"), ensemble=name, seed=2), 40, 2)
        keys = [(note.onset_ticks, note.part, note.pitch_midi) for note in phrase.notes]
        assert len(keys) == len(set(keys))


def test_where_the_melody_rests_others_play_and_no_motif_is_claimed() -> None:
    rested = 0
    for seed in range(6):
        phrase = compose(brief_from_affect(affect_of("happy"), seed=seed, meter=(4, 4)), 130, seed)
        onsets = [note.onset_ticks // phrase.bar_ticks for note in phrase.part(Part.MELODY)]
        silent = set(range(phrase.length_ticks // phrase.bar_ticks)) - set(onsets)
        motifs = {m.onset_ticks // phrase.bar_ticks for m in phrase.marks if m.kind == "motif"}
        assert not silent & motifs
        assert silent <= {note.onset_ticks // phrase.bar_ticks for note in phrase.notes}
        rested += len(silent)
    assert rested


def test_the_kit_plays_only_where_there_is_one() -> None:
    for name, has_kit in (("electronic", True), ("piano", False)):
        notes: tuple[Note, ...] = compose(brief_from_affect(affect_of("happy"), ensemble=name), 20, 1).part(Part.KIT)
        assert bool(notes) is has_kit


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_lengths_that_are_none_are_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="a positive number wanted"):
        compose(brief_from_affect(affect_of("happy")), seconds, 1)


def test_a_changed_density_changes_how_many_notes_there_are() -> None:
    brief = brief_from_affect(affect_of("neutral"), seed=3, meter=(4, 4))
    counts = [len(compose(replace(brief, density=density), 60, 3).notes) for density in (1.5, 3.0, 4.5, 6.0)]
    assert counts == sorted(counts)
