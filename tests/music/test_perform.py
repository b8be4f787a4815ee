"""A performance changes how the notes are played, never which."""

from bisect import bisect_right
from dataclasses import replace

import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.perform import perform
from mien.values import Brief, Part, Phrase


def piece(emotion: str, ensemble: str = "piano", seed: int = 1) -> tuple[Phrase, Phrase, Brief]:
    brief = brief_from_affect(affect_of(emotion), ensemble=ensemble, seed=seed, meter=(4, 4))
    written = compose(brief, 40, seed)
    return written, perform(written, brief), brief


@pytest.mark.parametrize("ensemble", ["piano", "quartet", "electronic"])
def test_the_same_notes_are_played_and_the_form_stays(ensemble: str) -> None:
    written, played, _ = piece("happy", ensemble)
    for part in Part:
        there, here = ([n.pitch_midi for n in phrase.part(part)] for phrase in (written, played))
        assert sorted(there) == sorted(here)
    assert (written.chords, written.marks, written.length_ticks) == (played.chords, played.marks, played.length_ticks)


def test_a_piece_slows_down_at_its_end_more_when_it_is_free() -> None:
    ends = {}
    for emotion in ("sad", "angry"):
        written, played, _ = piece(emotion)
        tempi = [bpm for _, bpm in played.tempo]
        assert tempi[-4:] == sorted(tempi[-4:], reverse=True)
        ends[emotion] = tempi[-1] / written.tempo[0][1]
    assert ends["sad"] < ends["angry"] < 0.95


def test_loudness_breathes_within_the_phrase() -> None:
    written, played, _ = piece("neutral")
    flat = {note.velocity for note in written.part(Part.MELODY)}
    assert len({note.velocity for note in played.part(Part.MELODY)}) > 3 * len(flat)


def test_the_melody_leads_on_one_keyboard() -> None:
    written, played, _ = piece("calm")
    at_start = [note for note in played.notes if note.onset_ticks < 100]
    assert at_start[0].part is Part.MELODY
    assert {n.part for n in at_start} > {Part.MELODY}
    assert written.notes[0].onset_ticks == played.notes[0].onset_ticks == 0


def test_the_pedal_never_blurs_one_harmony_into_the_next() -> None:
    for emotion in ("sad", "calm", "happy"):
        _, played, _ = piece(emotion)
        changes = sorted(chord.onset_ticks for chord in played.chords)
        for note in played.notes:
            if note.part is not Part.MELODY:
                nearest = [tick for tick in changes if note.onset_ticks + 60 < tick]
                assert not nearest or note.end_ticks <= nearest[0] + 60


def test_touch_follows_the_brief() -> None:
    written, _, brief = piece("neutral", "quartet")
    short, long = (
        perform(written, replace(brief, legato=legato)).part(Part.MELODY)[0].length_ticks for legato in (0.4, 1.0)
    )
    assert short < long


def test_strict_time_keeps_the_beat_but_for_the_end() -> None:
    written, _, brief = piece("neutral")
    strict = perform(written, replace(brief, rubato=0.0))
    assert {bpm for _, bpm in strict.tempo[:-4]} == {written.tempo[0][1]}


@pytest.mark.parametrize("seed", [1, 3, 4])
def test_the_pedal_lets_go_what_is_not_of_the_chord(seed: int) -> None:
    written, played, _ = piece("sad", seed=seed)
    starts = [chord.onset_ticks for chord in written.chords]

    def is_foreign(onset_ticks: int, pitch_midi: int) -> bool:
        return pitch_midi % 12 not in written.chords[bisect_right(starts, onset_ticks) - 1].pcs

    accompanying = [part for part in Part if part not in (Part.MELODY, Part.KIT)]
    for part in accompanying:
        for before, after in zip(written.part(part), played.part(part), strict=True):
            if is_foreign(before.onset_ticks, before.pitch_midi):
                assert after.length_ticks <= before.length_ticks
    passing = [note.onset_ticks for note in written.part(Part.RHYTHM) if is_foreign(note.onset_ticks, note.pitch_midi)]
    for part in accompanying:
        for before, after in zip(written.part(part), played.part(part), strict=True):
            by_pedal = after.end_ticks > before.end_ticks  # what the fingers hold they may
            assert not (by_pedal and any(after.onset_ticks + 240 < tick < after.end_ticks - 1 for tick in passing))
