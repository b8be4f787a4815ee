from dataclasses import replace

import pytest

from mien.circumplex import affect_of
from mien.music.brief import brief_from_affect
from mien.music.journey.steer import CROSS_S, FAR, KEY, MOOD_S, STEPS, distance, has_moved, rests, steer
from mien.music.mapping import TARGETS, shipped_mapping
from mien.values import Brief
from mien.vocabulary import Mode

SAD = brief_from_affect(affect_of("sad"), seed=1, meter=(4, 4))
HAPPY = brief_from_affect(affect_of("happy"), seed=1, meter=(4, 4))


def test_every_number_has_a_step_as_wide_as_the_range_of_its_mapping() -> None:
    assert set(STEPS) == {*TARGETS} - {"mode"}
    for row in shipped_mapping().rows:
        if row.target in STEPS:
            assert row.range[1] - row.range[0] <= STEPS[row.target].span


def test_a_field_goes_at_most_its_step_and_no_further_than_its_target() -> None:
    moved = steer(SAD, HAPPY)
    assert moved.tempo_bpm == pytest.approx(SAD.tempo_bpm + 112 / CROSS_S * 60 / SAD.tempo_bpm)
    near = replace(HAPPY, tempo_bpm=HAPPY.tempo_bpm - 1e-3)
    assert steer(near, HAPPY).tempo_bpm == HAPPY.tempo_bpm


def test_density_and_touch_arrive_with_the_next_beat() -> None:
    moved = steer(SAD, HAPPY)
    assert (moved.density, moved.legato) == (HAPPY.density, HAPPY.legato)


def test_half_a_beat_moves_half_as_far() -> None:
    whole, half = steer(SAD, HAPPY), steer(SAD, HAPPY, beats=0.5)
    assert half.tempo_bpm - SAD.tempo_bpm == pytest.approx((whole.tempo_bpm - SAD.tempo_bpm) / 2)


def test_the_mode_waits_for_a_cadence_and_says_so() -> None:
    between = steer(SAD, HAPPY)
    assert between.mode is SAD.mode is Mode.AEOLIAN
    because = next(reason.because for reason in between.reasons if reason.field == "mode")
    assert because.startswith("stays until the next cadence, then ionian")
    assert steer(SAD, HAPPY, at_cadence=True).mode is HAPPY.mode is Mode.IONIAN


def test_metre_and_ensemble_wait_for_a_section() -> None:
    waltz = replace(HAPPY, meter=(3, 4), ensemble="quartet")
    at_cadence = steer(SAD, waltz, at_cadence=True)
    assert (at_cadence.meter, at_cadence.ensemble) == ((4, 4), "piano")
    at_section = steer(SAD, waltz, at_section=True)
    assert (at_section.meter, at_section.ensemble, at_section.mode) == ((3, 4), "quartet", SAD.mode)


def test_reasons_are_the_targets_once_arrived() -> None:
    brief = SAD
    for _ in range(40):
        brief = steer(brief, HAPPY, at_cadence=True)
    assert brief == HAPPY


def test_a_field_on_its_way_says_where_it_is() -> None:
    moved = steer(SAD, HAPPY)
    because = next(reason.because for reason in moved.reasons if reason.field == "tempo_bpm")
    assert because.startswith(f"at {moved.tempo_bpm:.3g}, on its way to fast")


def test_a_mood_rests_near_its_target_and_has_moved_far_from_it() -> None:
    assert rests(SAD, SAD) and not has_moved(SAD, SAD)
    near = replace(SAD, loudness=SAD.loudness + 0.05)
    assert rests(SAD, near) and distance(SAD, near) == pytest.approx(0.05)
    far = replace(SAD, loudness=SAD.loudness + FAR + 0.01)
    assert has_moved(SAD, far) and not rests(SAD, far)
    assert all(has_moved(SAD, replace(SAD, **{name: getattr(HAPPY, name)})) for name in KEY if name == "mode")


@pytest.mark.parametrize("tempo_bpm", [48.0, 90.0, 160.0])
def test_the_widest_jump_arrives_within_the_mood_clock(tempo_bpm: float) -> None:
    low = Brief(
        tempo_bpm, 0, Mode.IONIAN, loudness=0, tension=0, brightness=0, contour=-1, rubato=1, spread_semitones=1
    )
    high = replace(low, loudness=1, tension=1, brightness=1, contour=1, rubato=0, spread_semitones=9)
    beats = 0
    while low != high:
        low, beats = steer(low, high), beats + 1
    assert beats * 60 / tempo_bpm <= MOOD_S


def test_negative_beats_are_refused() -> None:
    with pytest.raises(ValueError, match="beats: -1"):
        steer(SAD, HAPPY, beats=-1)
