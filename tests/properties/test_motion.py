"""What holds while the mood moves, however it jumps: small steps, turns at cadences, arrivals in time."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.ensembles import ensemble, ensembles
from mien.music.brief import brief_from_affect
from mien.music.journey.path import affect_along
from mien.music.journey.phrases import close, next_phrase
from mien.music.journey.redirect import redirect
from mien.music.journey.state import Journey
from mien.music.journey.steer import FRAME, KEY, MOOD_S, STEPS, steer
from mien.music.journey.stretch import Stretch
from mien.music.journey.travel import compose_journey
from mien.music.perform import perform
from mien.music.rhythm import beat_ticks
from mien.values import Affect, Brief, Part
from mien.vocabulary import METERS

from moods import affects

MOOD = tuple(name for name, step in STEPS.items() if step.seconds)
AT_ONCE = tuple(name for name, step in STEPS.items() if not step.seconds)


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    return brief_from_affect(
        draw(affects()),
        ensemble=draw(st.sampled_from(list(ensembles()))),
        tonic_pc=draw(st.integers(0, 11)),
        meter=draw(st.sampled_from(METERS)),
    )


def jump(before: Brief, after: Brief) -> float:
    """The largest move of a field, in steps of a beat."""
    return max(
        abs(getattr(after, name) - getattr(before, name)) / step.a_beat(before.tempo_bpm)
        for name, step in STEPS.items()
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(briefs(), min_size=2, max_size=12), st.lists(st.tuples(st.booleans(), st.booleans()), min_size=12))
def test_no_field_jumps_and_keys_and_frames_wait(targets: list[Brief], places: list[tuple[bool, bool]]) -> None:
    now = targets[0]
    for target, (at_cadence, at_section) in zip(targets, places, strict=False):
        moved = steer(now, target, at_cadence=at_cadence, at_section=at_section)
        assert jump(now, moved) <= 1 + 1e-9
        for name in KEY:
            assert getattr(moved, name) == getattr(target if at_cadence else now, name)
        for name in FRAME:
            assert getattr(moved, name) == getattr(target if at_section else now, name)
        assert {reason.field for reason in moved.reasons} == {reason.field for reason in target.reasons}
        now = moved


@settings(max_examples=100, deadline=None)
@given(briefs(), briefs())
def test_a_mood_arrives_within_its_clock_and_touch_within_a_beat(now: Brief, target: Brief) -> None:
    waited_s = 60 / now.tempo_bpm  # a jump just after a beat is heard of at the next
    first = steer(now, target)
    assert all(getattr(first, name) == getattr(target, name) for name in AT_ONCE)
    while any(getattr(now, name) != getattr(target, name) for name in MOOD):
        now = steer(now, target)
        if any(getattr(now, name) != getattr(target, name) for name in MOOD):
            waited_s += 60 / now.tempo_bpm
    assert waited_s <= MOOD_S


@st.composite
def paths(draw: st.DrawFn) -> tuple[tuple[float, Affect], ...]:
    points = draw(st.lists(st.tuples(st.floats(0.2, 25), affects()), min_size=1, max_size=6))
    times = np.cumsum([wait for wait, _ in points])
    return tuple((float(time_s), affect) for time_s, (_, affect) in zip(times, points, strict=True))


def assert_sound(stretch: Stretch) -> None:
    """Every note of a stretch is one its player can play, and no part but a chordal one sounds twice at a time."""
    written = stretch.written
    for part, player in ensemble(written.ensemble).players.items():
        notes = written.part(part)
        assert all(player.low_midi <= note.pitch_midi <= player.high_midi for note in notes if part is not Part.KIT)
        if player.monophonic:
            assert all(one.end_ticks <= other.onset_ticks for one, other in pairwise(notes))
    assert sum(chord.length_ticks for chord in written.chords) == written.length_ticks


@settings(max_examples=12, deadline=None)
@given(paths(), st.integers(0, 2**31), st.sampled_from(list(ensembles())), st.sampled_from(METERS))
def test_a_travelled_path_moves_softly_turns_at_cadences_and_ends(
    path: tuple[tuple[float, Affect], ...], seed: int, players: str, meter: tuple[int, int]
) -> None:
    piece = compose_journey(path, 40, seed, ensemble=players, meter=meter)
    assert_sound(piece)
    assert len(piece.briefs) * beat_ticks(meter) == piece.written.length_ticks
    bar = piece.written.bar_ticks
    closes = {mark.onset_ticks for mark in piece.written.marks if mark.kind == "cadence"}
    held = ((chord.onset_ticks + chord.length_ticks - 1) // bar for chord in piece.written.chords)  # perhaps for bars
    cadences = {last for last, chord in zip(held, piece.written.chords, strict=True) if chord.onset_ticks in closes}
    for (_, before), (tick, after) in pairwise(piece.briefs):
        assert jump(before, after) <= 1 + 1e-9
        assert before.mode is after.mode or (tick % bar == 0 and tick // bar - 1 in cadences)
    assert piece.written.chords[-1].function == "T"
    assert perform(piece.written, piece.briefs).notes
    assert len(path) > 1 or piece.briefs[-1][1].tempo_bpm == piece.briefs[0][1].tempo_bpm


@settings(max_examples=12, deadline=None)
@given(paths(), st.integers(0, 2**31), st.sampled_from(METERS), st.sampled_from(list(ensembles())), st.booleans())
def test_live_music_follows_jumps_within_two_bars(
    jumps: tuple[tuple[float, Affect], ...], seed: int, meter: tuple[int, int], players: str, leaves_home: bool
) -> None:
    wanted = [
        (time_s, brief_from_affect(affect, tonic_pc=0, meter=meter, ensemble=players)) for time_s, affect in jumps
    ]

    def mood(time_s: float) -> Brief:
        return next((brief for since_s, brief in reversed(wanted) if since_s <= time_s), wanted[0][1])

    journey = Journey(seed, wanted[0][1], leaves_home=leaves_home)
    beat = beat_ticks(meter)
    now, late_bars, late_s, end_s = journey.now, 0.0, 0.0, jumps[-1][0] + 20
    while journey.time_s < end_s:
        target = mood(journey.time_s)
        start_s = journey.time_s
        journey, stretch = next_phrase(journey, lambda _, brief=target: brief)
        tick = 0
        while tick < stretch.written.length_ticks:
            time_s = start_s + float(stretch.written.seconds_at(np.array([tick]))[0])
            if tick and mood(time_s) != target:
                target = mood(time_s)
                journey, stretch = redirect(journey, stretch, tick, lambda _, brief=target: brief)
                if tick == stretch.written.length_ticks:  # it stopped here, at a bar line
                    break
            before, now = now, stretch.brief_at(tick)
            assert jump(before, now) <= 1 + 1e-9
            assert before.mode is now.mode or tick == 0
            assert all(getattr(now, name) == getattr(target, name) for name in AT_ONCE)
            is_late = now.mode is not target.mode
            late_bars = is_late * (late_bars + beat / stretch.written.bar_ticks)
            late_s = is_late * (late_s + 60 / now.tempo_bpm)
            assert late_bars <= 2 + 1e-9
            assert late_s <= MOOD_S
            tick += beat
        assert_sound(stretch)
    ending = close(journey, lambda _: mood(end_s))
    assert_sound(ending)
    assert ending.written.chords[-1].function == "T"


@settings(max_examples=50, deadline=None)
@given(paths(), st.floats(0, 200))
def test_a_path_never_leaves_its_points(path: tuple[tuple[float, Affect], ...], time_s: float) -> None:
    affect = affect_along(path, time_s)
    for name in ("valence", "arousal", "doubt"):
        values = [getattr(point, name) for _, point in path]
        assert min(values) <= getattr(affect, name) <= max(values)
