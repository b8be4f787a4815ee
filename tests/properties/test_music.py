"""What holds for every reading, brief and seed: legal briefs, playable notes, whole forms, exact transposition."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.circumplex import affect_at
from mien.ensembles import ensemble, ensembles
from mien.music.brief import brief_from_affect
from mien.music.compose import compose
from mien.music.mapping import TARGETS, shipped_mapping
from mien.music.perform import perform
from mien.values import Affect, Brief, Part, Phrase
from mien.vocabulary import METERS, Mode

from moods import UNIT, affects


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    return brief_from_affect(
        draw(affects()),
        ensemble=draw(st.sampled_from(list(ensembles()))),
        seed=draw(st.integers(0, 2**31)),
        mode=draw(st.sampled_from([None, *Mode])),
        meter=draw(st.sampled_from([None, *METERS])),
    )


SECONDS = st.sampled_from([10.0, 17.0, 33.0, 60.0])
SEEDS = st.integers(0, 2**31)


@settings(max_examples=60, deadline=None)
@given(affects(), st.dictionaries(st.sampled_from([row.cue for row in shipped_mapping().cue_rows]), st.floats(-9, 9)))
def test_any_affect_gives_a_legal_brief_with_a_reason_for_every_field(affect: Affect, cues: dict[str, float]) -> None:
    brief = brief_from_affect(affect, cues=cues)
    for row in shipped_mapping().rows:
        if row.target != "mode":
            assert row.range[0] <= getattr(brief, row.target) <= row.range[1]
    assert {reason.field for reason in brief.reasons} == {*TARGETS, "tonic_pc", "meter", "ensemble"}


@settings(max_examples=60, deadline=None)
@given(UNIT, UNIT, UNIT, st.floats(0, 1))
def test_more_arousal_never_slows_nor_thins_nor_softens(valence: float, one: float, other: float, doubt: float) -> None:
    calm, roused = (
        brief_from_affect(replace(affect_at(valence, a), doubt=doubt)) for a in (min(one, other), max(one, other))
    )
    assert roused.tempo_bpm >= calm.tempo_bpm
    assert roused.density >= calm.density
    assert roused.loudness >= calm.loudness


@settings(max_examples=60, deadline=None)
@given(UNIT, UNIT, st.floats(0, 1))
def test_doubt_thins_the_music(valence: float, arousal: float, doubt: float) -> None:
    sure = brief_from_affect(affect_at(valence, arousal))
    unsure = brief_from_affect(replace(affect_at(valence, arousal), doubt=doubt))
    neutral = brief_from_affect(affect_at(0, 0))
    assert abs(unsure.tempo_bpm - neutral.tempo_bpm) <= abs(sure.tempo_bpm - neutral.tempo_bpm) + 2 * doubt + 1e-9
    if arousal >= 0:
        assert unsure.density <= sure.density + 1e-9
        assert unsure.loudness <= sure.loudness + 1e-9


def assert_playable(phrase: Phrase) -> None:
    players = ensemble(phrase.ensemble).players
    for part in Part:
        notes = phrase.part(part)
        if part not in players:
            assert notes == ()
            continue
        player = players[part]
        for note in notes:
            assert player.low_midi <= note.pitch_midi <= player.high_midi, (part, note)
            assert 0 <= note.onset_ticks < note.end_ticks <= phrase.length_ticks
        if player.monophonic:
            assert all(a.end_ticks <= b.onset_ticks for a, b in pairwise(notes)), part


def assert_harmony_ends_at_home(phrase: Phrase) -> None:
    """Chords cover every tick, each phrase has its cadence, and the end rests on the tonic."""
    assert phrase.chords[0].onset_ticks == 0
    for one, other in pairwise(phrase.chords):
        assert one.onset_ticks + one.length_ticks == other.onset_ticks
    last = phrase.chords[-1]
    assert last.onset_ticks + last.length_ticks == phrase.length_ticks
    assert last.function == "T"
    assert last.pcs[0] == last.bass_pc == phrase.tonic_pc
    final = [note for note in phrase.notes if note.end_ticks == phrase.length_ticks and note.part is not Part.KIT]
    assert min(final, key=lambda note: note.pitch_midi).pitch_midi % 12 == phrase.tonic_pc
    assert max(phrase.part(Part.MELODY)).pitch_midi % 12 == phrase.tonic_pc
    cadences = [mark.text for mark in phrase.marks if mark.kind == "cadence"]
    phrases = [mark for mark in phrase.marks if mark.kind == "phrase"]
    assert len(cadences) == len(phrases)
    assert cadences[-1] in ("authentic", "plagal", "tonic")


@settings(max_examples=60, deadline=None)
@given(briefs(), SECONDS, SEEDS)
def test_a_piece_is_playable_whole_as_long_as_asked_and_ends_at_home(brief: Brief, seconds: float, seed: int) -> None:
    written = compose(brief, seconds, seed)
    played = perform(written, brief)
    assert_harmony_ends_at_home(written)
    assert_playable(written)
    assert_playable(played)
    for note in written.notes:
        triplet = note.onset_ticks % 80 == 0 and note.length_ticks % 80 == 0
        assert (note.onset_ticks % 60 == 0 and note.length_ticks % 60 == 0) or triplet
    assert written.length_ticks % written.bar_ticks == 0
    assert abs(played.length_s - seconds) <= min(4.0, max(0.06 * seconds, 2.5))
    assert {note.part for note in played.notes} == {note.part for note in written.notes}


@settings(max_examples=40, deadline=None)
@given(briefs(), st.integers(0, 11), st.integers(0, 11), SEEDS)
def test_transposing_the_tonic_transposes_every_note(brief: Brief, one: int, other: int, seed: int) -> None:
    phrases = [compose(replace(brief, tonic_pc=tonic), 20, seed) for tonic in (one, other)]
    shift = (other + 5) % 12 - (one + 5) % 12
    moved = [
        note if note.part is Part.KIT else replace(note, pitch_midi=note.pitch_midi + shift)
        for note in phrases[0].notes
    ]
    assert sorted(moved) == list(phrases[1].notes)
    assert [chord.roman for chord in phrases[0].chords] == [chord.roman for chord in phrases[1].chords]


@settings(max_examples=20, deadline=None)
@given(briefs(), SEEDS)
def test_same_seed_same_phrase_and_other_seed_other_phrase(brief: Brief, seed: int) -> None:
    written = compose(brief, 30, seed)
    assert written == compose(brief, 30, seed)
    assert written.notes != compose(brief, 30, seed + 1).notes
    assert perform(written, brief) == perform(written, brief)


@pytest.mark.parametrize("name", list(ensembles()))
def test_a_long_piece_returns_to_its_first_motif_and_is_hardly_ever_the_same_span_twice(name: str) -> None:
    brief = brief_from_affect(affect_at(0.3, 0.3), ensemble=name, seed=5)
    phrase = compose(brief, 300, 5)
    firsts = [mark.onset_ticks for mark in phrase.marks if mark.kind == "motif" and mark.text == "a"]
    assert min(firsts) <= 4 * phrase.bar_ticks  # an introduction may make it wait
    assert max(firsts) > phrase.length_ticks / 2
    span = 8 * phrase.bar_ticks
    spans = []
    for start in range(0, phrase.length_ticks - span + 1, 4 * phrase.bar_ticks):
        inside = tuple(
            (n.onset_ticks - start, n.part, n.pitch_midi, n.length_ticks)
            for n in phrase.notes
            if start <= n.onset_ticks < start + span
        )
        spans.append(inside)
    assert len(spans) - len(set(spans)) <= 1  # ambient returns have few notes to vary
